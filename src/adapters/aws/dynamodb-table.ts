import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import { ASSIGNMENTS_INDEX, TABLE_KEYS } from '../../core/config/state-layout';

/*
 * The one table, by name: for the adapters, for the runtime's reader, for the stack and for the embedded engine.
 *
 *   pk               sk                  what
 *   prompt#NAME      item                schema, revision, assignment (JSON), body (JSON of the rest), listed
 *   prompt#NAME      history#REV#INDEX   an audit event (JSON in `event`)
 *   deployment       budget              the token bucket of Langfuse requests
 *
 * Only items carry `listed`, so the index over it holds one small row per prompt: the assignment.
 */

export const HISTORY_PREFIX = 'history#';
export const BUDGET_KEY = { pk: 'deployment', sk: 'budget' } as const;

/** What CreateTable takes for the embedded engine; on AWS the stack makes the same table. */
export function tableDefinition(tableName: string): CreateTableCommandInput {
  return {
    TableName: tableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [TABLE_KEYS.partition, TABLE_KEYS.sort, ASSIGNMENTS_INDEX.partition].map((name) => ({
      AttributeName: name,
      AttributeType: 'S',
    })),
    KeySchema: [
      { AttributeName: TABLE_KEYS.partition, KeyType: 'HASH' },
      { AttributeName: TABLE_KEYS.sort, KeyType: 'RANGE' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: ASSIGNMENTS_INDEX.name,
        KeySchema: [
          { AttributeName: ASSIGNMENTS_INDEX.partition, KeyType: 'HASH' },
          { AttributeName: ASSIGNMENTS_INDEX.sort, KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: [...ASSIGNMENTS_INDEX.projected] },
      },
    ],
  };
}
