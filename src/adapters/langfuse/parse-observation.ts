import type { ObservationRow } from '../../core/ports';
import { isEmpty, isRecord, kindOf, readNumber, readText, readTimeMs, unreadable } from './json';
import { sessionAmong, userAmong } from './unit';

/** The environment of rows that were sent without one. */
const DEFAULT_ENVIRONMENT = 'default';

const LEVELS: ReadonlySet<string> = new Set(['DEBUG', 'DEFAULT', 'WARNING', 'ERROR']);

/**
 * One generation of observations v2, translated (field groups core, basic, usage, prompt, metrics, metadata).
 * @param prompt the prompt it must be linked to
 * @returns the row, or the reason why it cannot be read
 */
export function parseObservation(raw: unknown, prompt: string): ObservationRow | string {
  if (!isRecord(raw)) return `expected an object, got ${kindOf(raw)}`;
  if (raw['promptName'] !== prompt) return `promptName: expected the prompt that was asked for, got another`;
  const id = readText(raw['id']);
  if (!id) return unreadable('id', 'a text', raw['id']);
  const traceId = readText(raw['traceId']);
  if (!traceId) return unreadable('traceId', 'a text', raw['traceId']);
  const startMs = readTimeMs(raw['startTime']);
  if (startMs === undefined) return unreadable('startTime', 'a time', raw['startTime']);
  const version = readNumber(raw['promptVersion']);
  if (!isVersion(version)) return unreadable('promptVersion', 'a whole number from 1', raw['promptVersion']);
  const environment = readText(raw['environment']);
  if (environment === undefined) return unreadable('environment', 'a text', raw['environment']);
  const level = raw['level'];
  if (!isLevel(level)) return unreadable('level', 'DEBUG, DEFAULT, WARNING or ERROR', level);
  const latencyS = readNumber(raw['latency']);
  if (latencyS === undefined || (latencyS !== null && latencyS < 0)) {
    return unreadable('latency', 'seconds from 0', raw['latency']);
  }
  const costUsd = amountOf(raw['totalCost'], raw['costDetails']);
  if (costUsd === undefined) return unreadable('totalCost', 'USD from 0', raw['totalCost']);
  const tokens = amountOf(raw['totalUsage'], raw['usageDetails']);
  if (tokens === undefined) return unreadable('totalUsage', 'tokens from 0', raw['totalUsage']);
  const user = userOf(raw);
  if (user === undefined) return unreadable('userId', 'a text', raw['userId']);
  const session = sessionOf(raw);
  if (session === undefined) return unreadable('sessionId', 'a text', raw['sessionId']);
  return {
    id,
    traceId,
    startMs,
    version,
    environment: environment ?? DEFAULT_ENVIRONMENT,
    userId: user,
    sessionId: session,
    latencyMs: latencyS === null ? null : millisOf(latencyS),
    costUsd,
    tokens,
    isError: level === 'ERROR',
  };
}

/** Who an observation is about; undefined when the field is not a text. */
export function userOf(raw: Record<string, unknown>): string | null | undefined {
  const user = readText(raw['userId']);
  return user === undefined ? undefined : userAmong(user, raw['metadata']);
}

/** Which session an observation is of; undefined when the field is not a text. */
export function sessionOf(raw: Record<string, unknown>): string | null | undefined {
  const session = readText(raw['sessionId']);
  return session === undefined ? undefined : sessionAmong(session, raw['metadata']);
}

/** True for what can be a prompt's version. */
export function isVersion(value: number | null | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1;
}

/** Langfuse's own levels, or none given; a field that is missing or a level added later is not guessed at. */
function isLevel(value: unknown): boolean {
  return value === null || value === '' || (typeof value === 'string' && LEVELS.has(value));
}

/** Seconds to ms, to the microsecond: 1.001 s is 1001 ms, not 1000.9999999999999. */
function millisOf(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e3;
}

/**
 * A total of cost or usage. A generation without any is listed with the total 0 and without details: that is an absent
 * value, while a 0 with details was measured.
 * @returns the amount from 0, null when it is absent, undefined when it is not one
 */
function amountOf(total: unknown, details: unknown): number | null | undefined {
  const measured = isRecord(details) && !isEmpty(details);
  const amount = readNumber(total ?? (measured ? details['total'] : null));
  if (amount === undefined || amount === null) return amount;
  if (amount < 0) return undefined;
  return amount === 0 && !measured ? null : amount;
}
