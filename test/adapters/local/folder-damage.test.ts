import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { folderPromptStore } from '../../../src/adapters/local/folder-prompt-store';
import { folderRequestBudget } from '../../../src/adapters/local/folder-request-budget';
import { sampleItem } from '../../contracts/sample-item';
import { temporaryFolders } from './temporary-folder';

const newFolder = temporaryFolders();

async function damagedStore(change: (text: string) => string) {
  const folder = await newFolder();
  const store = folderPromptStore({ folder });
  await store.write(sampleItem('greeting', 1));
  const path = join(folder, 'items', 'greeting.json');
  await writeFile(path, change(await readFile(path, 'utf8')));
  return store;
}

test.each([
  ['cut short', (text: string) => text.slice(0, 100), 'greeting.json: expected JSON'],
  ['empty', () => '', 'greeting.json: expected JSON, got 0 characters'],
  ['of another schema', (text: string) => text.replace('"schema":1', '"schema":2'), '.schema: expected 1, got 2'],
  ['of another prompt', (text: string) => text.replaceAll('greeting', 'other'), '.prompt: expected "greeting"'],
  ['not an object', () => '[]', 'expected an object, got []'],
  ['without a list', (text: string) => text.replace('"audit"', '"_"'), '.audit: expected a list, got nothing'],
])('an item that is %s is an error that says where', async (_, change, message) => {
  const store = await damagedStore(change);
  const says = { code: 'bad_input', message: expect.stringContaining(message) as string };
  await expect(store.read('greeting')).rejects.toMatchObject(says);
  await expect(store.write(sampleItem('greeting', 2))).rejects.toMatchObject(says);
});

test('a damaged item is named in the list and hides no other', async () => {
  const folder = await newFolder();
  const store = folderPromptStore({ folder });
  for (const prompt of ['a', 'support/ünï', 'Upper', 'z']) await store.write(sampleItem(prompt, 1));
  const items = join(folder, 'items');
  for (const name of await readdir(items)) {
    if (name.startsWith('support') || name.startsWith('Upper')) await writeFile(join(items, name), '{');
  }
  const { assignments, damaged } = await store.listAssignments(null);
  expect(assignments.map(({ prompt }) => prompt)).toEqual(['a', 'z']);
  expect(damaged.map(({ prompt, problem }) => [prompt, problem.code])).toEqual([
    [null, 'bad_input'],
    ['support/ünï', 'bad_input'],
  ]);
});

test('prompts that differ in case only have files that differ in more', async () => {
  const folder = await newFolder();
  const store = folderPromptStore({ folder });
  for (const prompt of ['Greeting', 'greeting', 'GREETING']) await store.write(sampleItem(prompt, 1));
  const names = (await readdir(join(folder, 'items'))).map((name) => name.toLowerCase());
  expect(new Set(names).size).toBe(3);
});

test('a budget that cannot be read is an error that names the file', async () => {
  const folder = await newFolder();
  await writeFile(join(folder, 'budget.json'), '{"tokens":"many"}');
  const budget = folderRequestBudget({ folder, limits: { perMinute: 10, burst: 10 } });
  await expect(budget.take(1, 'read', 0)).rejects.toMatchObject({
    message: `${join(folder, 'budget.json')}.tokens: expected a number, got many`,
  });
});

test('what one store wrote another one reads', async () => {
  const folder = await newFolder();
  await folderPromptStore({ folder }).write(sampleItem('greeting', 1));
  await folderRequestBudget({ folder, limits: { perMinute: 10, burst: 10 } }).take(9, 'read', 0);
  expect(await folderPromptStore({ folder }).read('greeting')).toEqual(sampleItem('greeting', 1));
  const budget = folderRequestBudget({ folder, limits: { perMinute: 10, burst: 10 } });
  expect((await budget.take(9, 'label', 0)).granted).toBe(1);
});
