import * as z from 'zod';
import { RampartError } from '../../core/errors';
import { parseStored } from '../aws/stored-item';
import { hasCode } from './atomic-file';

/** Who holds a state folder, as its lock file says. */
const storedOwner = z.object({
  pid: z.int().positive(),
  /** On loopback. */
  port: z.int().gte(1).lte(65_535),
  token: z.string().min(32),
  /** What it does: `run`, or the name of a command. */
  what: z.string(),
  sinceMs: z.number(),
});

export type StateOwner = z.infer<typeof storedOwner>;

const ALIVE_TIMEOUT_MS = 2000;

/**
 * Reads a lock file.
 * @returns null when its owner has given the folder back
 */
export function parseOwner(path: string, text: string): StateOwner | null {
  const value = parseStored(path, text);
  if (z.object({ released: z.literal(true) }).safeParse(value).success) return null;
  const parsed = storedOwner.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new RampartError('bad_input', `${path}: expected a lock file, got something else`, {
    hint: 'When no rampart process uses the folder, delete the file.',
  });
}

/**
 * Whether the owner of a lock file lives. Its port decides: a process that has taken over its number, or a server that has
 * taken over its port, does not know the token. One that takes the connection and is silent is alive if its process is.
 */
export async function isAlive(owner: StateOwner): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${owner.port}/owner`, {
      headers: { authorization: `Bearer ${owner.token}` },
      signal: AbortSignal.timeout(ALIVE_TIMEOUT_MS),
    });
    const body: unknown = await response.json().catch(() => null);
    return response.ok && z.object({ pid: z.literal(owner.pid) }).safeParse(body).success;
  } catch (error) {
    return !isRefused(error) && processExists(owner.pid);
  }
}

/** The answer to a command, or that the owner does not take it (it is ending, or gone): nothing was carried out then. */
export type OwnerAnswer = { kind: 'answered'; answer: unknown } | { kind: 'not_taken' };

/**
 * Sends a command to the owner.
 * @throws RampartError `locked` when the owner went away after it may have begun
 */
export async function askOwner(owner: StateOwner, command: unknown): Promise<OwnerAnswer> {
  try {
    const response = await fetch(`http://127.0.0.1:${owner.port}/command`, {
      method: 'POST',
      headers: { authorization: `Bearer ${owner.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(command),
    });
    if (response.status === 503 || response.status === 401) return { kind: 'not_taken' };
    if (response.ok) return { kind: 'answered', answer: await response.json() };
    throw new Error(`it answered ${response.status}`);
  } catch (cause) {
    if (isRefused(cause)) return { kind: 'not_taken' };
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new RampartError('locked', `process ${owner.pid} holds the state folder and did not answer: ${why}`, {
      cause,
      hint: 'The command may have been carried out or not: see rampart status.',
    });
  }
}

function isRefused(error: unknown): boolean {
  return hasCode((error as { cause?: unknown } | null)?.cause, 'ECONNREFUSED');
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, 'EPERM');
  }
}
