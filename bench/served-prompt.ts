import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { sha256 } from '../lambdas/hashing';
import { dynamoDbPromptStore } from '../src/adapters/aws/dynamodb-prompt-store';
import { folderPromptStore } from '../src/adapters/local/folder-prompt-store';
import { publishingStore } from '../src/adapters/local/published-assignments';
import { holdAssignments } from '../src/app/serve/held-assignments';
import { startServing } from '../src/cli/serve-server';
import { DEFAULT_ASSIGNMENT_MAX_AGE_MS } from '../src/core/assignment/max-age';
import { emptyItem } from '../src/core/item/next-item';
import type { PromptItem } from '../src/core/item/prompt-item';
import { startDynamoDb } from '../src/local/aws/dynamodb';

export const PROMPT = 'greeting';
export const STABLE = 7;
export const CANDIDATE = 8;

/** One prompt whose candidate has all users, in a table, behind the endpoint and in a file. */
export interface ServedPrompt {
  dynamoDbUrl: string;
  tableName: string;
  /** Of the endpoint, without a path. */
  endpointUrl: string;
  file: string;
  /** Writes the rollback: first to the table, then to the file. */
  rollBack(): Promise<void>;
  close(): Promise<void>;
}

/** Starts the embedded DynamoDB and the endpoint over it, as deployed, and writes the prompt. */
export async function serveOnePrompt(): Promise<ServedPrompt> {
  const dynamoDb = await startDynamoDb();
  const client = localClient(dynamoDb.url);
  const folder = await mkdtemp(join(tmpdir(), 'rampart-bench-'));
  const table = dynamoDbPromptStore({ client, tableName: dynamoDb.tableName });
  const file = join(folder, 'assignments.json');
  const maxAgeMs = DEFAULT_ASSIGNMENT_MAX_AGE_MS;
  const onFailure = (error: unknown): never => {
    throw error;
  };
  const local = publishingStore(folderPromptStore({ folder }), { path: file, maxAgeMs, onFailure });
  const held = holdAssignments({ store: table, now: Date.now, maxAgeMs, log: () => {} });
  const endpoint = await startServing({ held, isKey: null, sha256, log: () => {} }, { host: '127.0.0.1', port: 0 });
  const write = async (item: PromptItem): Promise<void> => {
    await table.write(item);
    await local.write(item);
  };
  const before = emptyItem(PROMPT, STABLE, Date.now());
  const arm = { name: 'candidate', version: CANDIDATE, from: 0, to: 10_000 };
  const assignment = { ...before.assignment, experiment: 'bench', step: 0, salt: 'bench', arms: [arm] };
  await write({ ...before, revision: 1, assignment });
  return {
    dynamoDbUrl: dynamoDb.url,
    tableName: dynamoDb.tableName,
    endpointUrl: endpoint.url,
    file,
    rollBack: () => write({ ...before, revision: 2, assignment: { ...before.assignment, epoch: 2 } }),
    async close() {
      client.destroy();
      await endpoint.close();
      await dynamoDb.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** A client of the embedded DynamoDB. */
export function localClient(endpoint: string): DynamoDBClient {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return new DynamoDBClient({ endpoint, region: 'local', credentials, maxAttempts: 1 });
}
