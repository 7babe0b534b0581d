import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';

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

export const KEY = { partition: 'pk', sort: 'sk' } as const;

/** Sparse index that lists every prompt's assignment, in pages. */
export const ASSIGNMENTS_INDEX = {
  name: 'assignments',
  partition: 'listed',
  sort: 'pk',
  projected: ['assignment'],
} as const;

/** Value of `listed` on every item. */
export const LISTED = 'prompt';

export const ITEM_SORT_KEY = 'item';
export const HISTORY_PREFIX = 'history#';
export const BUDGET_KEY = { pk: 'deployment', sk: 'budget' } as const;

/** Partition key of everything that belongs to a prompt. */
export function promptKey(prompt: string): string {
  return `prompt#${prompt}`;
}

/** What CreateTable takes for the embedded engine; on AWS the stack makes the same table. */
export function tableDefinition(tableName: string): CreateTableCommandInput {
  return {
    TableName: tableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [KEY.partition, KEY.sort, ASSIGNMENTS_INDEX.partition].map((name) => ({
      AttributeName: name,
      AttributeType: 'S',
    })),
    KeySchema: [
      { AttributeName: KEY.partition, KeyType: 'HASH' },
      { AttributeName: KEY.sort, KeyType: 'RANGE' },
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
