import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { dynamoDbPromptStore } from '../adapters/aws/dynamodb-prompt-store';
import { s3ObjectStore } from '../adapters/aws/s3-object-store';
import { folderObjectStore } from '../adapters/local/folder-object-store';
import { folderPromptStore } from '../adapters/local/folder-prompt-store';
import { ENVIRONMENT } from '../core/config/environment';
import type { ObjectStore, PromptStore } from '../core/ports';
import type { Io } from './io';
import { CommandProblem } from './problem';
import type { Target } from './target';

/** What status and history read: needs neither Langfuse nor the lock, since items are replaced as a whole. */
export interface StoredState {
  store: PromptStore;
  objects: ObjectStore;
}

/** @throws CommandProblem `configuration` when RAMPART_BUCKET is missing */
export function storedState(target: Target, io: Io): StoredState {
  if (target.kind === 'folder') {
    return { store: folderPromptStore(target), objects: folderObjectStore(target) };
  }
  const tableName = required(io, ENVIRONMENT.table);
  const bucket = required(io, ENVIRONMENT.bucket);
  return {
    store: dynamoDbPromptStore({ client: new DynamoDBClient(), tableName }),
    objects: s3ObjectStore({ client: new S3Client(), bucket }),
  };
}

function required(io: Io, name: string): string {
  const value = io.env[name]?.trim() ?? '';
  if (value !== '') return value;
  throw new CommandProblem('configuration', `environment: expected a value in ${name}, got nothing`, {
    hint: "It is among the stack's outputs; see docs/cli.md.",
  });
}
