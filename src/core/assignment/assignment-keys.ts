/*
 * Where a prompt's assignment is in the one table: what writes it and what reads it agree on this.
 */

/** Keys of the table; both are strings. */
export const TABLE_KEYS = { partition: 'pk', sort: 'sk' } as const;

/** Sort key of a prompt's item, whose attribute `assignment` holds the document as JSON. */
export const ITEM_SORT_KEY = 'item';

/** The table's sparse index that lists every prompt's assignment and holds nothing else; both keys are strings. */
export const ASSIGNMENTS_INDEX = {
  name: 'assignments',
  partition: 'listed',
  sort: 'pk',
  projected: ['assignment'],
} as const;

/** Value of the index's partition key: `listed` on every item. */
export const LISTED = 'prompt';

/** Partition key of everything that belongs to a prompt. */
export function promptKey(prompt: string): string {
  return `prompt#${prompt}`;
}

/** The prompt of a partition key; null when it is no prompt's. */
export function promptOfKey(key: string): string | null {
  const prefix = promptKey('');
  return key.startsWith(prefix) ? key.slice(prefix.length) : null;
}
