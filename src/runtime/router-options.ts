import { DEFAULT_ASSIGNMENT_MAX_AGE_MS } from '../core/assignment/max-age';
import type { LangfuseClient } from './langfuse-client';
import type { ErrorCode } from './resolution';
import type { AssignmentSource } from './sources/source';

/** Set to 1 or true, the kill switch of every router in the process; read at the start and before each refresh. */
export const KILL_SWITCH_VARIABLE = 'RAMPART_KILL_SWITCH';

/** Something a router could not do. It went on without. */
export interface RouterProblem {
  code: ErrorCode;
  message: string;
  /** null = not about one prompt. */
  prompt: string | null;
}

/** What {@link createRouter} takes. */
export interface RouterOptions<Client extends LangfuseClient = never> {
  source: AssignmentSource;
  /** The app's Langfuse client, `@langfuse/client` 5 or `langfuse` 3; without one only version numbers are told. */
  langfuse?: Client;
  /** The prompts this app serves; their objects are held. Default: all that the source has. */
  prompts?: readonly string[];
  /** The versions for when no assignment tells one, by prompt; their prompt objects are held from the start. */
  fallbacks?: Readonly<Record<string, number>>;
  /** What testers get, whatever the assignment says: prompt → unit → version. */
  overrides?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** true = everyone gets the stable version. */
  isKilled?: boolean;
  /** Time between two reads, ms, from 100; default 30,000. */
  refreshMs?: number;
  /** How old an unconfirmed assignment may get before only the stable version is served, ms; default 60,000. */
  maxAgeMs?: number;
  /** Longest time for one read and for one prompt object, ms; default 5000. */
  timeoutMs?: number;
  /** Told of what went wrong in the background; what it throws is ignored, also when it is async. */
  onProblem?: (problem: RouterProblem) => unknown;
  /** The clock, ms since 1970. */
  now?: () => number;
  /** The environment; default `process.env`. */
  env?: Readonly<Record<string, string | undefined>>;
}

/** Checked options with their defaults. */
export interface RouterSettings {
  prompts: ReadonlySet<string> | null;
  fallbacks: Readonly<Record<string, number>>;
  overrides: Readonly<Record<string, Readonly<Record<string, number>>>>;
  isKilled: boolean;
  isKilledByEnvironment: () => boolean;
  refreshMs: number;
  maxAgeMs: number;
  timeoutMs: number;
  onProblem: (problem: RouterProblem) => unknown;
  now: () => number;
}

/** @throws TypeError that names the option */
export function checkOptions(options: RouterOptions<LangfuseClient>): RouterSettings {
  if (typeof options?.source?.read !== 'function')
    throw wrong('source', 'a source, such as httpSource(…)', options?.source);
  const fallbacks = options.fallbacks ?? {};
  checkVersions('fallbacks', fallbacks);
  const overrides = options.overrides ?? {};
  for (const [prompt, units] of Object.entries(overrides)) checkVersions(`overrides["${prompt}"]`, units);
  const refreshMs = duration('refreshMs', options.refreshMs ?? 30_000);
  const maxAgeMs = duration('maxAgeMs', options.maxAgeMs ?? DEFAULT_ASSIGNMENT_MAX_AGE_MS);
  if (maxAgeMs <= refreshMs) throw wrong('maxAgeMs', `more than refreshMs, ${refreshMs}`, maxAgeMs);
  const env = options.env ?? (typeof process === 'undefined' ? {} : process.env);
  return {
    prompts: options.prompts === undefined ? null : new Set(options.prompts),
    fallbacks,
    overrides,
    isKilled: options.isKilled ?? false,
    isKilledByEnvironment: () => ['1', 'true'].includes(env[KILL_SWITCH_VARIABLE]?.trim().toLowerCase() ?? ''),
    refreshMs,
    maxAgeMs,
    timeoutMs: duration('timeoutMs', options.timeoutMs ?? 5000),
    onProblem: options.onProblem ?? (() => {}),
    now: options.now ?? Date.now,
  };
}

/** True for what can be a prompt's version in Langfuse. */
export function isVersion(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}

/** True for what can be drawn: a text that is not empty. */
export function isUnit(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function checkVersions(path: string, versions: Readonly<Record<string, number>>): void {
  for (const [key, version] of Object.entries(versions)) {
    if (!isVersion(version)) throw wrong(`${path}["${key}"]`, 'a version, an integer from 1', version);
  }
}

function duration(name: string, ms: number): number {
  if (!Number.isFinite(ms) || ms < 100 || ms > 3_600_000) throw wrong(name, 'ms from 100 to 3,600,000', ms);
  return ms;
}

function wrong(path: string, expected: string, came: unknown): TypeError {
  const shown = typeof came === 'number' ? String(came) : (JSON.stringify(came) ?? typeof came);
  return new TypeError(`createRouter: ${path}: expected ${expected}, got ${shown.slice(0, 100)}`);
}
