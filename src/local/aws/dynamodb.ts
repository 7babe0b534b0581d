import type { AddressInfo } from 'node:net';
import {
  CreateTableCommand,
  DynamoDBClient,
  ResourceInUseException,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { tableDefinition } from '../../adapters/aws/dynamodb-table';
import { standInCredentials } from './aws-stand-in';

/*
 * DynamoDB's API embedded in this process (dynalite) on 127.0.0.1, with Rampart's table in it.
 */

export interface LocalDynamoDb {
  url: string;
  tableName: string;
  /** What a process needs to reach it through the SDK. */
  environment: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/**
 * Starts the engine on a free port and creates the table when it is not there.
 * @param options `folder`: where the data is kept; in memory when left out
 */
export async function startDynamoDb(options: { tableName?: string; folder?: string } = {}): Promise<LocalDynamoDb> {
  const tableName = options.tableName ?? 'rampart';
  const server = dynalite({ createTableMs: 0, ...(options.folder === undefined ? {} : { path: options.folder }) });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await createTable(url, tableName);
  return {
    url,
    tableName,
    environment: { AWS_ENDPOINT_URL_DYNAMODB: url, ...standInCredentials },
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined || error === null ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}

/** Creates Rampart's table at an endpoint, when it is not there yet. */
export async function createTable(endpoint: string, tableName: string): Promise<void> {
  const client = new DynamoDBClient({
    endpoint,
    region: standInCredentials.AWS_REGION,
    credentials: {
      accessKeyId: standInCredentials.AWS_ACCESS_KEY_ID,
      secretAccessKey: standInCredentials.AWS_SECRET_ACCESS_KEY,
    },
  });
  try {
    await client.send(new CreateTableCommand(tableDefinition(tableName))).catch((error: unknown) => {
      if (!(error instanceof ResourceInUseException)) throw error;
    });
    await waitUntilTableExists({ client, maxWaitTime: 30, minDelay: 1 }, { TableName: tableName });
  } finally {
    client.destroy();
  }
}
