import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createRouter, fileSource } from '../../../src/runtime';
import { temporaryFolders } from '../../adapters/local/temporary-folder';
import { atRest, PROMPT, ramping } from '../assignments';
import { listOf, read, until } from './reading';

const temporaryFolder = temporaryFolders();
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

let folder: string;
beforeEach(async () => {
  folder = await temporaryFolder();
});

test('a list in a file', async () => {
  const path = join(folder, 'assignments.json');
  await writeFile(path, listOf(atRest(1), ramping(2, 10)));
  expect(await read(fileSource(path))).toEqual({ documents: [atRest(1), ramping(2, 10)], maxAgeMs: null, ageMs: 0 });
});

test('a folder: lists and single assignments; a broken file spares the others', async () => {
  await writeFile(join(folder, 'a.json'), listOf(atRest(1)));
  await writeFile(join(folder, 'b.json'), JSON.stringify({ ...atRest(2), prompt: 'b' }));
  await writeFile(join(folder, 'c.json'), '{"schema":');
  await writeFile(join(folder, 'd.json'), JSON.stringify({ schema: 1, assignments: [], maxAgeMs: 5000 }));
  await writeFile(join(folder, '.e.json'), 'a file that is being written');
  await writeFile(join(folder, 'f.txt'), 'something else');
  expect(await read(fileSource(folder))).toEqual({
    documents: [atRest(1), { ...atRest(2), prompt: 'b' }],
    invalid: [{ message: expect.stringMatching(/c\.json: expected JSON, got 10 characters/u) as string, prompt: null }],
    maxAgeMs: 5000,
    ageMs: 0,
  });
});

test.each([
  ['nothing', null, 'SOURCE_UNAVAILABLE'],
  ['an empty file', '', 'DOCUMENT_INVALID'],
  ['half a file', '{"schema":1,"assign', 'DOCUMENT_INVALID'],
  ['another file', '[]', 'DOCUMENT_INVALID'],
])('%s is an error with its path', async (_, text, code) => {
  const path = join(folder, 'x.json');
  if (text !== null) await writeFile(path, text);
  await expect(read(fileSource(path))).rejects.toMatchObject({
    code,
    message: expect.stringContaining(path) as string,
  });
});

test('a file that is replaced is served within a refresh', async () => {
  const path = join(folder, 'assignments.json');
  await writeFile(path, listOf(ramping(1, 100)));
  const router = createRouter({ source: fileSource(path), refreshMs: 100, maxAgeMs: 5000 });
  closers.push(() => router.close());
  await router.ready();
  expect(router.resolve(PROMPT, { unit: 'u' })).toMatchObject({ version: 8 });
  await writeFile(`${path}.new`, listOf(atRest(2)));
  await rename(`${path}.new`, path);
  await until(() => router.resolve(PROMPT, { unit: 'u' }).version === 7);
});

test('a path that is none is refused at once', () => {
  expect(() => fileSource('')).toThrow('fileSource: path: expected a path, got ""');
});
