import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { ENVIRONMENT } from '../core/config/environment';
import { nearestOnDisk } from '../prompts/nearest-on-disk';
import type { Io } from './io';
import { CommandProblem } from './problem';

export const DEFAULT_STATE = '.rampart';

/** Where the controller's state is that a command is for. */
export type Target = { kind: 'folder'; folder: string } | { kind: 'aws' };

/**
 * The folder of `--state`, else `.rampart` in the current folder, else the deployment that RAMPART_TABLE names.
 * @throws CommandProblem `configuration` when there is none
 */
export function findTarget(state: string | undefined, io: Io): Target {
  const folder = stateFolder(state, io);
  if (existsSync(folder)) return { kind: 'folder', folder };
  if (state !== undefined) {
    throw new CommandProblem('configuration', `--state: expected a folder, got ${folder}, which does not exist`, {
      hint: 'rampart run makes it when it starts.',
    });
  }
  if ((io.env[ENVIRONMENT.table] ?? '').trim() !== '') return { kind: 'aws' };
  throw new CommandProblem(
    'configuration',
    `state: expected ${DEFAULT_STATE}/ in ${io.cwd}, --state DIR, or ${ENVIRONMENT.table} in the environment, got none of them`,
    { hint: `rampart run makes ${DEFAULT_STATE}/; for a deployment in AWS see docs/cli.md.` },
  );
}

/** As {@link findTarget}; null when nothing says where state is. A folder that is named has to be there. */
export function targetIfAny(state: string | undefined, io: Io): Target | null {
  try {
    return findTarget(state, io);
  } catch (error) {
    if (error instanceof CommandProblem && state === undefined) return null;
    throw error;
  }
}

/**
 * Where the folder of `--state` is or would be.
 * @throws CommandProblem `configuration` when a file is in its place
 */
export function stateFolder(state: string | undefined, io: Io): string {
  const folder = resolve(io.cwd, state ?? DEFAULT_STATE);
  const nearest = nearestOnDisk(folder);
  if (statSync(nearest).isDirectory()) return folder;
  const named = state === undefined ? 'state' : '--state';
  throw new CommandProblem('configuration', `${named}: expected a folder, got ${folder}, and ${nearest} is a file`);
}
