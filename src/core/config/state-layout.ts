export { ASSIGNMENTS_INDEX, TABLE_KEYS } from '../assignment/assignment-keys';

/*
 * What the stack that creates the state and the adapters that use it agree on.
 */

/**
 * Folders of the bucket: evidence and snapshots expire, manifests and documents (the reports) stay. A function may use these and no
 * others, so an object stored under another prefix is refused in AWS.
 */
export const BUCKET_FOLDERS = { expiring: ['evidence', 'snapshot'], lasting: ['manifest', 'documents'] } as const;
