import { join } from 'node:path';
import type { DocumentStore } from '../../core/ports';
import { createAtomically, readIfPresent, writeAtomically } from './atomic-file';
import { relativePath } from './file-names';

/* Promises: what the S3 store promises; a document is on the disk when it is said to be, under `documents/NAME`. */

/** Named documents in a folder. */
export function folderDocumentStore(options: { folder: string }): DocumentStore {
  const pathOf = (name: string) => join(options.folder, 'documents', ...relativePath(name));
  return {
    async putDocument(name, body, { ifAbsent }) {
      if (ifAbsent) return createAtomically(pathOf(name), body);
      await writeAtomically(pathOf(name), body);
      return true;
    },
    getDocument: (name) => readIfPresent(pathOf(name)),
  };
}
