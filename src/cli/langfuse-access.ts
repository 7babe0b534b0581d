import type { Io } from './io';
import { CommandProblem } from './problem';

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
    hint: 'The keys are in the settings of the Langfuse project; the address is the one you open it with, such as https://cloud.langfuse.com.',
  });
}

/** LANGFUSE_BASE_URL, else LANGFUSE_HOST; null when neither has a value. */
export function environmentBaseUrl(env: Io['env']): string | null {
  return given(env['LANGFUSE_BASE_URL']) ?? given(env['LANGFUSE_HOST']);
}

function given(value: string | undefined): string | null {
  const text = value?.trim() ?? '';
  return text === '' ? null : text;
}
