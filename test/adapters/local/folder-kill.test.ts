import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import files from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { folderDocumentStore } from '../../../src/adapters/local/folder-document-store';
import { folderObjectStore } from '../../../src/adapters/local/folder-object-store';
import { folderPromptStore } from '../../../src/adapters/local/folder-prompt-store';
import { sampleAssignment, sampleItem } from '../../contracts/sample-item';
import { temporaryFolders } from './temporary-folder';

const newFolder = temporaryFolders();

/** The process dies instead of making the next call: the call never returns, and nothing after it happens. */
function dieBefore(call: 'rename' | 'link'): Promise<void> {
  return new Promise((resolve) => {
    jest.spyOn(files, call).mockImplementationOnce(() => {
      resolve();
      return new Promise(() => {});
    });
  });
}

afterEach(() => jest.restoreAllMocks());

test('killed between the temporary file and the rename, the item before is whole and the next write goes on', async () => {
  const folder = await newFolder();
  const before = folderPromptStore({ folder });
  await before.write(sampleItem('greeting', 1));
  const died = dieBefore('rename');
  void before.write(sampleItem('greeting', 2));
  await died;
  expect((await files.readdir(join(folder, 'items'))).filter((name) => name.endsWith('.tmp'))).toHaveLength(1);

  const after = folderPromptStore({ folder, pageSize: 1 });
  expect(await after.read('greeting')).toEqual(sampleItem('greeting', 1));
  expect(await after.listAssignments(null)).toEqual({
    assignments: [sampleAssignment('greeting', 1)],
    damaged: [],
    cursor: null,
  });
  await after.write(sampleItem('greeting', 2));
  expect(await after.read('greeting')).toEqual(sampleItem('greeting', 2));
});

test('killed during the first write, there is no item', async () => {
  const folder = await newFolder();
  const died = dieBefore('rename');
  void folderPromptStore({ folder }).write(sampleItem('greeting', 1));
  await died;
  const after = folderPromptStore({ folder });
  expect(await after.read('greeting')).toBeNull();
  expect(await after.listAssignments(null)).toEqual({ assignments: [], damaged: [], cursor: null });
  await after.write(sampleItem('greeting', 1));
});

test('killed while a document is created, it can still be created', async () => {
  const folder = await newFolder();
  const options = { contentType: 'text/html', ifAbsent: true };
  const died = dieBefore('link');
  void folderDocumentStore({ folder }).putDocument('report', 'half', options);
  await died;
  const after = folderDocumentStore({ folder });
  expect(await after.getDocument('report')).toBeNull();
  expect(await after.putDocument('report', 'whole', options)).toBe(true);
});

test('killed while an object is stored, it is not found', async () => {
  const folder = await newFolder();
  const whole = await folderObjectStore({ folder: await newFolder() }).put('evidence', Buffer.from('rows'));
  const died = dieBefore('rename');
  void folderObjectStore({ folder }).put('evidence', Buffer.from('rows'));
  await died;
  await expect(folderObjectStore({ folder }).get(whole)).rejects.toMatchObject({ code: 'not_found' });
});

test('a process killed at any moment loses nothing that it had said was written', async () => {
  const folder = await newFolder();
  for (const writes of [3, 17, 40]) {
    const acknowledged = await killAfter(folder, writes);
    const item = await folderPromptStore({ folder }).read('greeting');
    expect(item).toEqual(sampleItem('greeting', item!.revision, { said: ['x'.repeat(50_000)] }));
    expect(item!.revision).toBeGreaterThanOrEqual(acknowledged);
    expect(item!.revision).toBeLessThanOrEqual(acknowledged + 1);
  }
});

/** @returns the last revision that the writer had said was written when it died */
async function killAfter(folder: string, writes: number): Promise<number> {
  const script = join(__dirname, 'write-until-killed.ts');
  expect(existsSync(script)).toBe(true);
  const child = spawn(process.execPath, ['--import', 'tsx', script, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  let seen = 0;
  let last = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    last = Number(line);
    seen += 1;
    if (seen === writes) child.kill('SIGKILL');
  }
  await exited;
  expect(child.signalCode).toBe('SIGKILL');
  return last;
}
