import { setTimeout as delay } from 'node:timers/promises';
import { stateOwner, takeStateLock } from '../adapters/local/state-lock';
import { askOwner } from '../adapters/local/state-owner';
import { isRampartError, RampartError } from '../core/errors';
import type { Controller } from '../app/controller';
import { answering, execute } from './execute';
import type { Io } from './io';
import { readAnswer, type Request, type Result } from './request';

const MAX_TRIES = 100;
const WAIT_MS = 50;

/**
 * Has a request carried out on a state folder: by its owner where one lives, else by this process, which holds the folder
 * meanwhile.
 * @param makeController only called when there is no owner
 * @throws what carrying it out throws
 */
export async function sendToFolder(
  folder: string,
  request: Request,
  makeController: () => Promise<Controller>,
  io: Io,
): Promise<Result> {
  for (let attempt = 0; attempt < MAX_TRIES; attempt++) {
    const owner = await stateOwner(folder);
    if (owner === null) {
      const own = await executeAsOwner(folder, request, await makeController(), io);
      if (own !== null) return own;
    } else {
      const asked = await askOwner(owner, request);
      if (asked.kind === 'answered') return readAnswer(asked.answer);
    }
    await delay(WAIT_MS);
  }
  throw new RampartError('locked', `state folder ${folder}: its owners changed too often to take the command`, {
    hint: 'Try again.',
  });
}

/** @returns null when another process was faster; nothing was done then */
async function executeAsOwner(
  folder: string,
  request: Request,
  controller: Controller,
  io: Io,
): Promise<Result | null> {
  const what = request.kind === 'command' ? request.command.kind : request.kind;
  const lock = await takeStateLock({ folder, what, nowMs: io.now(), answer: answering(controller, io.now) }).catch(
    (error: unknown) => {
      if (isRampartError(error, 'locked')) return null;
      throw error;
    },
  );
  if (lock === null) return null;
  try {
    return await execute(controller, request, io.now());
  } finally {
    await lock.release();
  }
}
