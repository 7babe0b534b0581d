import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { folderPromptStore } from '../../../src/adapters/local/folder-prompt-store';
import { publishingStore } from '../../../src/adapters/local/published-assignments';
import { emptyItem } from '../../../src/core/item/next-item';
import { fileSource } from '../../../src/runtime';
import { temporaryFolders } from './temporary-folder';

const newFolder = temporaryFolders();
let folder: string;
let failures: unknown[];

beforeEach(async () => {
  folder = await newFolder();
  failures = [];
});

const pathOf = () => join(folder, 'published', 'assignments.json');
const newStore = () =>
  publishingStore(folderPromptStore({ folder, pageSize: 1 }), {
    path: pathOf(),
    maxAgeMs: 60_000,
    onFailure: (error) => failures.push(error),
  });
const item = (prompt: string, revision = 1, stable = 3) => ({ ...emptyItem(prompt, stable, 1000), revision });
const read = () => fileSource(pathOf()).read(AbortSignal.timeout(5000));

test('every assignment is in the file as soon as it is written, as the runtime reads it', async () => {
  const store = newStore();
  await store.write(item('b'));
  await store.write(item('a'));
  await store.write(item('b', 2, 4));
  expect(await read()).toEqual({
    documents: [item('a').assignment, item('b', 2, 4).assignment],
    maxAgeMs: 60_000,
    ageMs: 0,
  });
});

test('a write that changes no assignment leaves the file alone', async () => {
  const store = newStore();
  await store.write(item('a'));
  await rm(pathOf());
  await store.write(item('a', 2));
  await expect(readFile(pathOf())).rejects.toMatchObject({ code: 'ENOENT' });
});

test('what a killed process wrote last is published by the next one', async () => {
  await folderPromptStore({ folder }).write(item('a'));
  await newStore().publish();
  expect((await read()).documents).toEqual([item('a').assignment]);
});

test('a file that cannot be written is told of, fails no write, and is tried again', async () => {
  const store = newStore();
  await store.publish();
  const target = join(folder, 'published');
  await rm(target, { recursive: true });
  await writeFile(target, 'in the way');
  await store.write(item('a'));
  expect(failures).toHaveLength(1);
  await rm(target);
  await store.write(item('a', 2));
  expect((await read()).documents).toEqual([item('a', 2).assignment]);
});

test('many writes at once leave one whole file', async () => {
  const store = newStore();
  await Promise.all(Array.from({ length: 20 }, (_, i) => store.write(item(`prompt-${i}`))));
  expect((await read()).documents).toHaveLength(20);
  expect(await readdir(join(folder, 'published'))).toEqual(['assignments.json']);
});
