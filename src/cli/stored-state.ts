import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { dynamoDbPromptStore } from '../adapters/aws/dynamodb-prompt-store';
import { s3DocumentStore } from '../adapters/aws/s3-document-store';
import { s3ObjectStore } from '../adapters/aws/s3-object-store';
import { folderDocumentStore } from '../adapters/local/folder-document-store';
import { folderObjectStore } from '../adapters/local/folder-object-store';
import { folderPromptStore } from '../adapters/local/folder-prompt-store';
import { ENVIRONMENT } from '../core/config/environment';
import type { DocumentStore, ObjectStore, PromptStore } from '../core/ports';
import type { Io } from './io';
import { CommandProblem } from './problem';
import type { Target } from './target';

/** What status and history read: needs neither Langfuse nor the lock, since items are replaced as a whole. */
export interface StoredState {
  store: PromptStore;
  objects: ObjectStore;
  documents: DocumentStore;
}

/** @throws CommandProblem `configuration` when RAMPART_BUCKET is missing */
export function storedState(target: Target, io: Io): StoredState {
  if (target.kind === 'folder') {
    return {
      store: folderPromptStore(target),
      objects: folderObjectStore(target),
      documents: folderDocumentStore(target),
    };
  }
  const tableName = required(io, ENVIRONMENT.table);
  const bucket = required(io, ENVIRONMENT.bucket);
  const client = new S3Client();
  return {
    store: dynamoDbPromptStore({ client: new DynamoDBClient(), tableName }),
    objects: s3ObjectStore({ client, bucket }),
    documents: s3DocumentStore({ client, bucket }),
  };
}

function required(io: Io, name: string): string {
  const value = io.env[name]?.trim() ?? '';
  if (value !== '') return value;
  throw new CommandProblem('configuration', `environment: expected a value in ${name}, got nothing`, {
    hint: "It is among the stack's outputs; see docs/cli.md.",
  });
}
