import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { dynamoDbPromptStore } from '../adapters/aws/dynamodb-prompt-store';
import { createPromptSync } from '../adapters/langfuse/prompt-sync';
import { folderPromptStore } from '../adapters/local/folder-prompt-store';
import { ENVIRONMENT } from '../core/config/environment';
import type { PromptStore, PromptSync } from '../core/ports';
import { politeSync, type Politeness } from '../prompts/remote/polite-sync';
import type { Io } from './io';
import { environmentBaseUrl, langfuseAccess, type LangfuseAccess } from './langfuse-access';
import { readLocalConfig, type LocalConfig } from './local-config';
import { textOption, type Arguments } from './parse-arguments';
import { configuring } from './problem';
import { configFileOf } from './remembered-config';
import { targetIfAny, type Target } from './target';

const CONFIG_FILE = 'rampart.config.yaml';

/** What the commands on prompts as code have of the outside. */
export interface DeployPorts {
  sync: PromptSync;
  politeness: Politeness;
  /** What a controller remembers; null = none is deployed. */
  store: Pick<PromptStore, 'read'> | null;
  /** The Langfuse project: address and public key. */
  server: string;
  candidateLabel: string;
}

/**
 * Langfuse with the keys of the environment, and the state of the controller where there is one: `--state`, `.rampart/`, or
 * the table that RAMPART_TABLE names. The label that starts a rollout is the configuration file's.
 */
export async function deployPorts(args: Arguments, io: Io): Promise<DeployPorts> {
  const target = targetIfAny(textOption(args, 'state'), io);
  const { access, config } = await userConfig(target, textOption(args, 'config'), io);
  const politeness = politenessOf(io);
  const sync = configuring(() => createPromptSync({ ...access, timeoutMs: config.langfuse.timeoutMs }));
  return {
    sync: politeSync(sync, politeness),
    politeness,
    store: target === null ? null : storeOf(target, io),
    server: `${access.baseUrl.replace(/\/+$/u, '')} ${access.publicKey}`,
    candidateLabel: config.settings.candidateLabel,
  };
}

/** Langfuse's address and keys, and the configuration file that goes with a target. */
export async function userConfig(
  target: Target | null,
  configFile: string | undefined,
  io: Io,
): Promise<{ access: LangfuseAccess; config: LocalConfig }> {
  const path = await configPath(target, configFile, io);
  const config = readLocalConfig(path, environmentBaseUrl(io.env));
  return { access: langfuseAccess(io.env, config.fileBaseUrl), config };
}

/** A state folder remembers its file; a deployment in AWS has the one in the current folder. */
async function configPath(target: Target | null, given: string | undefined, io: Io): Promise<string | null> {
  if (target?.kind === 'folder') return configFileOf(target.folder, given, io);
  if (given !== undefined) return resolve(io.cwd, given);
  const path = join(io.cwd, CONFIG_FILE);
  return existsSync(path) ? path : null;
}

function storeOf(target: Target, io: Io): Pick<PromptStore, 'read'> {
  if (target.kind === 'folder') return folderPromptStore(target);
  return dynamoDbPromptStore({ client: new DynamoDBClient(), tableName: io.env[ENVIRONMENT.table]!.trim() });
}

/** How patient the commands are with Langfuse. */
export function politenessOf(io: Io): Politeness {
  return {
    parallel: 8,
    tries: 4,
    backoffMs: 500,
    maxWaitMs: 120_000,
    wait: async (ms) => {
      await delay(ms);
    },
    onWait: (problem, waitMs) => {
      io.stderr.write(`${problem.message}; trying again in ${Math.ceil(waitMs / 1000)} s\n`);
    },
  };
}
