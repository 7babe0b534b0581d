import type { DocumentStore } from '../../core/ports';

/* Promises: what the S3 store promises, in one process. */

/** Named documents in memory. */
export function memoryDocumentStore(): DocumentStore {
  const documents = new Map<string, string>();
  return {
    async putDocument(name, body, { ifAbsent }) {
      if (ifAbsent && documents.has(name)) return false;
      documents.set(name, body);
      return true;
    },
    async getDocument(name) {
      return documents.get(name) ?? null;
    },
  };
}
