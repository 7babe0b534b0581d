import { randomBytes } from 'node:crypto';
import { unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { RampartError } from '../../core/errors';
import { createAtomically, hasCode, namesIn, PRIVATE_FILE, readIfPresent, writeAtomically } from './atomic-file';
import { type OwnerServer, startOwnerServer } from './owner-server';
import { isAlive, parseOwner, type StateOwner } from './state-owner';

/*
 * Promises: at most one process owns a state folder, and everyone on the machine can find it and send it commands. The
 * lock is a chain of files, `lock/1.json`, `lock/2.json` …: the highest number counts, it says who holds the folder or that
 * it was given back, and whoever wants the folder creates the next number, which exactly one can. So a stale lock is never
 * deleted by one who judged it stale a moment too late. Only for one machine: an owner is alive when its loopback port says so.
 */

const MAX_TRIES = 20;

export interface StateLock {
  /** Takes no more commands, waits for those under way, and gives the folder back. */
  release(): Promise<void>;
}

/** The living owner of a folder; null when there is none. */
export async function stateOwner(folder: string): Promise<StateOwner | null> {
  const { owner } = await newestLock(folder);
  return owner !== null && (await isAlive(owner)) ? owner : null;
}

/**
 * Takes a state folder. A lock whose owner is dead is taken over.
 * @param options `what` the owner does; `answer` carries out what others send meanwhile
 * @throws RampartError `locked`, naming who holds it
 */
export async function takeStateLock(options: {
  folder: string;
  what: string;
  nowMs: number;
  answer: (command: unknown) => Promise<unknown>;
}): Promise<StateLock> {
  const token = randomBytes(32).toString('base64url');
  const server = await startOwnerServer({ token, answer: options.answer });
  const owner: StateOwner = {
    pid: process.pid,
    port: server.port,
    token,
    what: options.what,
    sinceMs: options.nowMs,
  };
  try {
    const number = await createNext(options.folder, owner);
    await dropOlder(options.folder, number);
    return { release: () => release(options.folder, number, server) };
  } catch (error) {
    await server.close();
    throw error;
  }
}

/** @returns the number of the lock that is ours now */
async function createNext(folder: string, owner: StateOwner): Promise<number> {
  for (let attempt = 0; attempt < MAX_TRIES; attempt++) {
    const newest = await newestLock(folder);
    if (newest.owner !== null && (await isAlive(newest.owner))) throw lockedBy(folder, newest.owner);
    const number = newest.number + 1;
    const path = lockPath(folder, number);
    if (!(await createAtomically(path, JSON.stringify(owner), PRIVATE_FILE))) continue;
    if ((await newestLock(folder)).number === number) return number;
    await unlink(path);
  }
  throw new RampartError('locked', `state folder ${folder}: too many processes want it at once`);
}

async function release(folder: string, number: number, server: OwnerServer): Promise<void> {
  await server.drain();
  await writeAtomically(lockPath(folder, number), JSON.stringify({ released: true }), PRIVATE_FILE);
  await server.close();
}

async function newestLock(folder: string): Promise<{ number: number; owner: StateOwner | null }> {
  for (let attempt = 0; attempt < MAX_TRIES; attempt++) {
    const number = Math.max(0, ...(await lockNumbers(folder)));
    if (number === 0) return { number, owner: null };
    const path = lockPath(folder, number);
    const text = await readIfPresent(path);
    if (text !== null) return { number, owner: parseOwner(path, text) };
  }
  throw new RampartError('locked', `state folder ${folder}: its lock changes faster than it can be read`);
}

async function dropOlder(folder: string, number: number): Promise<void> {
  for (const older of await lockNumbers(folder)) {
    if (older >= number) continue;
    await unlink(lockPath(folder, older)).catch((error: unknown) => {
      if (!hasCode(error, 'ENOENT')) throw error;
    });
  }
}

async function lockNumbers(folder: string): Promise<number[]> {
  return (await namesIn(join(folder, 'lock'), '.json')).map(Number).filter(Number.isSafeInteger);
}

function lockPath(folder: string, number: number): string {
  return join(folder, 'lock', `${number}.json`);
}

function lockedBy(folder: string, owner: StateOwner): RampartError {
  const since = new Date(owner.sinceMs).toISOString();
  return new RampartError(
    'locked',
    `state folder ${folder} is held by process ${owner.pid} (rampart ${owner.what}, since ${since})`,
    { hint: 'One process at a time; commands such as `rampart status` are sent to it.' },
  );
}
