import type { Controller, LogEvent } from '../src/app/controller';
import { RampartError } from '../src/core/errors';
import type { Clock } from '../src/core/ports';

/** What a handler needs: the deployed functions get it from `wire.ts`, the embedded mode and tests bring their own. */
export interface HandlerDeps {
  controller(): Promise<Controller>;
  now: Clock;
}

/** A deployed function, without the transport's context. */
export type Handler<Result> = (event: unknown) => Promise<Result>;

/** What an error says of itself in a log line. */
export function errorFacts(error: unknown): { error: string; code: string; hint: string } {
  if (error instanceof RampartError) return { error: error.message, code: error.code, hint: error.hint };
  return { error: error instanceof Error ? error.message : String(error), code: 'unexpected', hint: '' };
}

/**
 * Does the work; when it fails, says so in one log line and throws on, so that the service behind the function retries
 * and in the end keeps the event in the dead-letter queue.
 */
export async function failingLoudly<Result>(
  log: (event: LogEvent) => void,
  failure: { event: string; prompt?: string },
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    log({ level: 'error', ...failure, ...errorFacts(error) });
    throw error;
  }
}

/** The error for an event that the function does not understand. */
export function badEvent(expected: string, event: unknown): RampartError {
  const came = JSON.stringify(event) ?? String(event);
  return new RampartError('bad_input', `event: expected ${expected}, came ${came.slice(0, 300)}`);
}

/** True for a plain object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value of a JSON text; undefined when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
