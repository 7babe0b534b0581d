import { show } from '../core/policy/problem';
import type { Io } from './io';
import { CommandProblem } from './problem';

const ADDRESS_HINT = 'The address is the one you open Langfuse with, such as https://cloud.langfuse.com.';

/** How the user's Langfuse is reached. */
export interface LangfuseAccess {
  baseUrl: string;
  publicKey: string;
  secretKey: string;
}

/**
 * Reads LANGFUSE_PUBLIC_KEY, LANGFUSE_SECRET_KEY and LANGFUSE_BASE_URL (or LANGFUSE_HOST).
 * @param fileBaseUrl address in the configuration file, for when the environment names none
 * @throws CommandProblem `configuration` naming every variable that is missing
 */
export function langfuseAccess(env: Io['env'], fileBaseUrl: string | null): LangfuseAccess {
  const publicKey = given(env['LANGFUSE_PUBLIC_KEY']);
  const secretKey = given(env['LANGFUSE_SECRET_KEY']);
  const baseUrl = environmentBaseUrl(env) ?? fileBaseUrl;
  if (publicKey !== null && secretKey !== null && baseUrl !== null) return { publicKey, secretKey, baseUrl };
  const missing = [
    ...(publicKey === null ? ['LANGFUSE_PUBLIC_KEY'] : []),
    ...(secretKey === null ? ['LANGFUSE_SECRET_KEY'] : []),
    ...(baseUrl === null ? ['LANGFUSE_BASE_URL'] : []),
  ];
  throw new CommandProblem('configuration', `environment: expected a value in ${missing.join(', ')}, got nothing`, {
    hint: `The keys are in the settings of the Langfuse project. ${ADDRESS_HINT}`,
  });
}

/**
 * LANGFUSE_BASE_URL, else LANGFUSE_HOST; null when neither has a value.
 * @throws CommandProblem `configuration` when it is not an address
 */
export function environmentBaseUrl(env: Io['env']): string | null {
  for (const name of ['LANGFUSE_BASE_URL', 'LANGFUSE_HOST']) {
    const text = given(env[name]);
    if (text !== null) return checkedUrl(name, text);
  }
  return null;
}

function checkedUrl(name: string, text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url !== null && /^https?:$/u.test(url.protocol)) return text;
  throw new CommandProblem('configuration', `${name}: expected an http(s) address, got ${show(text)}`, {
    hint: ADDRESS_HINT,
  });
}

function given(value: string | undefined): string | null {
  const text = value?.trim() ?? '';
  return text === '' ? null : text;
}
