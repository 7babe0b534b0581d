import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { dynamoDbPromptStore } from '../../../src/adapters/aws/dynamodb-prompt-store';
import { dynamoDbRequestBudget } from '../../../src/adapters/aws/dynamodb-request-budget';
import { createTable, type LocalDynamoDb, startDynamoDb } from '../../../src/local/aws/dynamodb';
import { promptStoreContract } from '../../contracts/prompt-store';
import { requestBudgetContract } from '../../contracts/request-budget';
import { clientConfig } from './clients';

const given = process.env['AWS_ENDPOINT_URL_DYNAMODB'];
let engine: LocalDynamoDb;
const clients: DynamoDBClient[] = [];

beforeAll(async () => {
  engine = await startDynamoDb();
});

afterAll(async () => {
  for (const client of clients) client.destroy();
  await engine.close();
});

let tables = 0;

/** A client and a table that nobody has used. */
async function emptyTable(endpoint: string): Promise<{ client: DynamoDBClient; tableName: string }> {
  const tableName = `contract-${process.pid}-${tables++}`;
  await createTable(endpoint, tableName);
  const client = new DynamoDBClient(clientConfig(endpoint));
  clients.push(client);
  return { client, tableName };
}

function contracts(name: string, endpoint: () => string): void {
  promptStoreContract(name, async () => dynamoDbPromptStore(await emptyTable(endpoint())));
  requestBudgetContract(name, async (limits) => dynamoDbRequestBudget({ ...(await emptyTable(endpoint())), limits }));
}

contracts('DynamoDB (dynalite)', () => engine.url);
if (given !== undefined) contracts(`DynamoDB at ${given}`, () => given);
