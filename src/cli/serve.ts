import { resolve } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { sha256 } from '../../lambdas/hashing';
import { keyCheck, parseKeyList } from '../../lambdas/serve-keys';
import { dynamoDbPromptStore } from '../adapters/aws/dynamodb-prompt-store';
import { readConfigFile } from '../adapters/config/read-config-file';
import { folderPromptStore } from '../adapters/local/folder-prompt-store';
import type { LogEvent } from '../app/controller';
import type { Serving } from '../app/serve/answer';
import { holdAssignments } from '../app/serve/held-assignments';
import { ENVIRONMENT } from '../core/config/environment';
import { formatDuration } from '../core/policy/duration';
import type { PromptStore } from '../core/ports';
import { DEFAULT_CONFIG_FILE } from './aws-deployment';
import { CONFIG_OPTION, STATE_OPTION, type CommandSpec } from './command-spec';
import type { Io } from './io';
import { environmentBaseUrl } from './langfuse-access';
import { readLocalConfig } from './local-config';
import { paintFor } from './paint';
import { textOption } from './parse-arguments';
import { CommandProblem, configuring, EXIT, type ExitCode } from './problem';
import { configFileOf } from './remembered-config';
import { isLoopback, startServing, type Served } from './serve-server';
import { findTarget, type Target } from './target';

const KEYS_VARIABLE = 'RAMPART_SERVE_KEYS';
const DEFAULT_HOST = '127.0.0.1';
const DEFAULT_PORT = '8016';

export const SERVE: CommandSpec = {
  summary: 'Answer over HTTP which version a user gets: OpenFeature remote evaluation',
  positionals: [],
  options: {
    port: { type: 'string', value: 'PORT', help: `Port; 0 for any free one; default ${DEFAULT_PORT}` },
    host: {
      type: 'string',
      value: 'HOST',
      help: `Address to listen on; default ${DEFAULT_HOST}; one that others reach needs keys in ${KEYS_VARIABLE}`,
    },
    ...STATE_OPTION,
    ...CONFIG_OPTION,
  },
  async run(args, io) {
    const host = textOption(args, 'host') ?? DEFAULT_HOST;
    const port = parsePort(textOption(args, 'port') ?? DEFAULT_PORT);
    const keys = keysFor(host, io);
    const target = findTarget(textOption(args, 'state'), io);
    return serve({ host, port, keys, target, configFile: textOption(args, 'config') }, io);
  },
};

interface ServeOptions {
  host: string;
  port: number;
  /** null = nobody has to show one. */
  keys: readonly string[] | null;
  target: Target;
  configFile: string | undefined;
}

/** Serves until it is interrupted; requests under way are finished first. */
async function serve({ host, port, keys, target, configFile }: ServeOptions, io: Io): Promise<ExitCode> {
  const maxAgeMs = await maxAgeMsOf(target, configFile, io);
  const store = storeOf(target, io);
  await store.listAssignments(null);
  const log = announcing(io);
  const held = holdAssignments({ store, now: io.now, maxAgeMs, log });
  const serving: Serving = { held, isKey: keys === null ? null : keyCheck(keys), sha256, log };
  const served = await listening(serving, host, port);
  const from = target.kind === 'folder' ? target.folder : `table ${io.env[ENVIRONMENT.table]}`;
  const who = keys === null ? 'no key needed, loopback only' : `keys: ${keys.length}`;
  io.stdout.write(
    `rampart serve: ${served.url}, assignments of ${from}, at most ${formatDuration(maxAgeMs)} old, ${who}\n`,
  );
  await interrupted(io);
  await served.close();
  io.stdout.write('interrupted: every request is answered\n');
  return EXIT.interrupted;
}

function parsePort(text: string): number {
  const port = /^\d{1,5}$/u.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new CommandProblem('usage', `--port: expected a number from 0 to 65535, got '${text}'`);
}

/** @throws CommandProblem `configuration` where others could ask and no key would stop them */
function keysFor(host: string, io: Io): string[] | null {
  const text = io.env[KEYS_VARIABLE];
  if (text !== undefined) return configuring(() => parseKeyList(KEYS_VARIABLE, text));
  if (isLoopback(host)) return null;
  throw new CommandProblem(
    'configuration',
    `--host: expected a loopback address without ${KEYS_VARIABLE}, got '${host}'`,
    {
      hint: `Set ${KEYS_VARIABLE} to one or more keys, separated by commas, such as the output of: openssl rand -hex 32`,
    },
  );
}

/** As the deployment's controller counts on it. */
async function maxAgeMsOf(target: Target, configFile: string | undefined, io: Io): Promise<number> {
  if (target.kind === 'folder') {
    const file = await configFileOf(target.folder, configFile, io);
    return readLocalConfig(file, environmentBaseUrl(io.env)).settings.assignmentMaxAgeMs;
  }
  const path = resolve(io.cwd, configFile ?? DEFAULT_CONFIG_FILE);
  return configuring(() => readConfigFile(path)).settings.assignmentMaxAgeMs;
}

function storeOf(target: Target, io: Io): PromptStore {
  if (target.kind === 'folder') return folderPromptStore(target);
  const bounded = { connectionTimeout: 1_000, requestTimeout: 1_000, throwOnRequestTimeout: true };
  const client = new DynamoDBClient({ maxAttempts: 2, requestHandler: bounded });
  return dynamoDbPromptStore({ client, tableName: (io.env[ENVIRONMENT.table] ?? '').trim() });
}

async function listening(serving: Serving, host: string, port: number): Promise<Served> {
  try {
    return await startServing(serving, { host, port });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CommandProblem(
      'configuration',
      `expected to listen on ${host}, port ${port}, got ${code ?? String(error)}`,
      {
        cause: error,
        hint: 'Another --port or --host may be free.',
      },
    );
  }
}

function interrupted(io: Io): Promise<void> {
  const signal = io.interruption();
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function announcing(io: Io): (event: LogEvent) => void {
  const paint = paintFor(io.stderr);
  return ({ level, event, prompt, problem }) => {
    const words = [paint(level === 'error' ? 'bad' : 'good', event), prompt, problem];
    io.stderr.write(`${words.filter((word) => typeof word === 'string').join(' ')}\n`);
  };
}
