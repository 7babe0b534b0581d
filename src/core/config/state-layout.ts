export { ASSIGNMENTS_INDEX } from '../assignment/assignments-index';

/*
 * What the stack that creates the state and the adapters that use it agree on.
 */

/** Keys of the one table; both are strings. */
export const TABLE_KEYS = { partition: 'pk', sort: 'sk' } as const;

/**
 * Folders of the bucket: evidence and snapshots expire, manifests and documents (the reports) stay. A function may use these and no
 * others, so an object stored under another prefix is refused in AWS.
 */
export const BUCKET_FOLDERS = { expiring: ['evidence', 'snapshot'], lasting: ['manifest', 'documents'] } as const;
