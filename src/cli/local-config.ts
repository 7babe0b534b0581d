import { readConfigFile } from '../adapters/config/read-config-file';
import type { DeploymentConfig } from '../core/config/deployment-config';
import { parseConfig } from '../core/config/parse-config';
import { describeProblem } from '../core/policy/problem';
import { RampartError } from '../core/errors';
import { configuring } from './problem';

/** Stands for the address while a file without one is validated; never asked. */
const NO_ADDRESS = 'http://no-address.invalid';

/** A configuration of the local mode; the address is null when the file names none. */
export type LocalConfig = DeploymentConfig & { fileBaseUrl: string | null };

/**
 * The configuration of the local mode. The file is the one that is deployed, but nothing in it is needed: no secrets' names,
 * no address, and no bounds unless it writes some, so that policies with bake times of seconds are accepted.
 * @param path null = no file
 * @param baseUrl address in the environment; it wins over the file's
 * @throws CommandProblem `configuration` with every problem of the file
 */
export function readLocalConfig(path: string | null, baseUrl: string | null): LocalConfig {
  const complete = (written: unknown): unknown => completed(written, baseUrl);
  const config = configuring(() => (path === null ? withoutFile(complete({})) : readConfigFile(path, complete)));
  return { ...config, fileBaseUrl: config.langfuse.baseUrl === NO_ADDRESS ? null : config.langfuse.baseUrl };
}

function withoutFile(value: unknown): DeploymentConfig {
  const parsed = parseConfig(value);
  if (parsed.ok) return parsed.config;
  throw new RampartError('bad_input', parsed.problems.map(describeProblem).join('; '));
}

/** What is not a mapping stays as it is, and is refused with everything else that is wrong. */
function completed(written: unknown, environmentUrl: string | null): unknown {
  if (!isRecord(written)) return written;
  const langfuse = written['langfuse'] ?? {};
  if (!isRecord(langfuse)) return { deployment: 'local', bounds: 'none', ...written };
  const baseUrl = environmentUrl ?? langfuse['baseUrl'] ?? NO_ADDRESS;
  return {
    deployment: 'local',
    bounds: 'none',
    ...written,
    langfuse: { secretName: 'unused', ...limitOf(baseUrl), ...langfuse, baseUrl },
  };
}

/** Langfuse Cloud limits requests, a server of one's own does not; the file may say otherwise. */
function limitOf(baseUrl: unknown): { requestsPerMinute?: 'unlimited' } {
  const host = typeof baseUrl === 'string' && URL.canParse(baseUrl) ? new URL(baseUrl).hostname : '';
  return /(^|\.)langfuse\.com$/u.test(host) ? {} : { requestsPerMinute: 'unlimited' };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
