import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { stateOwner, takeStateLock, type StateLock } from '../../../src/adapters/local/state-lock';
import { askOwner, isAlive, type StateOwner } from '../../../src/adapters/local/state-owner';
import { temporaryFolders } from './temporary-folder';

const newFolder = temporaryFolders();
const held: StateLock[] = [];

afterEach(async () => {
  for (const lock of held.splice(0)) await lock.release();
});

async function take(folder: string, answer: (command: unknown) => Promise<unknown> = async () => null) {
  const lock = await takeStateLock({ folder, what: 'run', nowMs: 0, answer });
  held.push(lock);
  return lock;
}

async function release(lock: StateLock): Promise<void> {
  held.splice(held.indexOf(lock), 1);
  await lock.release();
}

async function lockFile(folder: string): Promise<{ path: string; owner: StateOwner }> {
  const names = await readdir(join(folder, 'lock'));
  const number = Math.max(...names.map((name) => Number.parseInt(name, 10)));
  const path = join(folder, 'lock', `${number}.json`);
  return { path, owner: JSON.parse(await readFile(path, 'utf8')) as StateOwner };
}

function deferred() {
  let resolve = (): void => {};
  const promise = new Promise<void>((settle) => (resolve = settle));
  return { promise, resolve: () => resolve() };
}

/** A folder whose owner died without a word: its lock file is there, its port is closed. */
async function staleFolder(change: Partial<StateOwner> = {}): Promise<string> {
  const folder = await newFolder();
  const lock = await take(folder);
  const { path, owner } = await lockFile(folder);
  await release(lock);
  await writeFile(path, JSON.stringify({ ...owner, ...change }));
  return folder;
}

test('the second one is refused with who holds the folder, and may have it afterwards', async () => {
  const folder = await newFolder();
  const first = await take(folder);
  await expect(take(folder)).rejects.toMatchObject({
    code: 'locked',
    message: expect.stringContaining(`process ${process.pid} (rampart run, since 1970-01-01T00:00:00.000Z)`),
  });
  await release(first);
  expect(await stateOwner(folder)).toBeNull();
  await take(folder);
  expect(await stateOwner(folder)).toMatchObject({ pid: process.pid });
});

test('the lock file, which holds a token, is private', async () => {
  const folder = await newFolder();
  await take(folder);
  const { path } = await lockFile(folder);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test.each([
  ['whose process is gone', { pid: 2 ** 22 + 1 }],
  ['whose process number is used again', { pid: process.pid }],
])('a lock %s is stale: its port is closed', async (_, change) => {
  const folder = await staleFolder(change);
  expect(await stateOwner(folder)).toBeNull();
  await take(folder);
  expect(await readdir(join(folder, 'lock'))).toHaveLength(1);
});

test('a lock whose port another server has now is stale, also if that server says yes to everything', async () => {
  const other = createServer((_, response) => response.end('{"pid":1}'));
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const folder = await staleFolder({ port: (other.address() as AddressInfo).port });
  expect(await stateOwner(folder)).toBeNull();
  await new Promise((resolve) => other.close(resolve));
});

test('of many who want a stale lock exactly one gets it, time after time', async () => {
  const folder = await staleFolder();
  for (let round = 0; round < 5; round++) {
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => take(folder)));
    const winners = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    expect(winners).toHaveLength(1);
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'locked' });
    }
    await release(winners[0]!);
  }
});

test('commands reach the owner with the token only, and are finished before the folder is given back', async () => {
  const folder = await newFolder();
  const begun = deferred();
  const finish = deferred();
  const lock = await take(folder, async (command) => {
    begun.resolve();
    await finish.promise;
    return { did: command };
  });
  const { owner } = await lockFile(folder);
  expect(await askOwner({ ...owner, token: 'x'.repeat(43) }, 'drop everything')).toEqual({ kind: 'not_taken' });
  expect(await isAlive({ ...owner, token: 'x'.repeat(43) })).toBe(false);

  const asked = askOwner(owner, { kind: 'pause' });
  await begun.promise;
  let isReleased = false;
  const releasing = release(lock).then(() => (isReleased = true));
  expect(await askOwner(owner, { kind: 'resume' })).toEqual({ kind: 'not_taken' });
  expect(await isAlive(owner)).toBe(true);
  expect(isReleased).toBe(false);
  finish.resolve();
  expect(await asked).toEqual({ kind: 'answered', answer: { did: { kind: 'pause' } } });
  await releasing;
  expect(await isAlive(owner)).toBe(false);
});

test('a damaged lock file is an error that names it', async () => {
  const folder = await staleFolder();
  const { path } = await lockFile(folder);
  await writeFile(path, '{"pid":');
  await expect(take(folder)).rejects.toMatchObject({ code: 'bad_input', message: expect.stringContaining(path) });
});
