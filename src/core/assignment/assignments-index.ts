/** The table's sparse index that lists every prompt's assignment and holds nothing else; both keys are strings. */
export const ASSIGNMENTS_INDEX = {
  name: 'assignments',
  partition: 'listed',
  sort: 'pk',
  projected: ['assignment'],
} as const;

/** Value of the index's partition key: `listed` on every item. */
export const LISTED = 'prompt';
