import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from '../../../src/adapters/local/atomic-file';
import { temporaryFolders } from './temporary-folder';

const newFolder = temporaryFolders();

test('a file that cannot be replaced leaves nothing behind', async () => {
  const folder = await newFolder();
  await mkdir(join(folder, 'taken', 'by a folder'), { recursive: true });
  await expect(writeAtomically(join(folder, 'taken'), 'x')).rejects.toThrow(/E(ISDIR|EXIST|NOTEMPTY|PERM)/u);
  expect(await readdir(folder)).toEqual(['taken']);
});

test('a file that cannot be written is named, stays as it was, and leaves nothing behind', async () => {
  const folder = await newFolder();
  const path = join(folder, 'budget.json');
  await writeAtomically(path, 'before');
  const unwritable = { [Symbol.iterator]: () => fullDisk() } as unknown as string;
  await expect(writeAtomically(path, unwritable)).rejects.toThrow(`ENOSPC: no space left on device, write '${path}'`);
  expect(await readFile(path, 'utf8')).toBe('before');
  expect(await readdir(folder)).toEqual(['budget.json']);
});

/** What the system says when the first bytes do not fit. */
function fullDisk(): Iterator<string> {
  return {
    next: () => {
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    },
  };
}
