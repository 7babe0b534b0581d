import * as z from 'zod';
import type { RebuildProgress } from '../app/rebuild/rebuild-week';
import type { CommandReport } from '../app/run-command';
import type { ComparisonWish } from '../core/comparison/wish';
import type { Command } from '../core/rollout/plan-command';
import { RampartError, type ErrorCode } from '../core/errors';
import type { ErrorFacts } from './problem';

/*
 * What is sent to whoever holds the state: a person's command or the wish for a report, and the answer. Parsed on both
 * sides, because both may be of different releases.
 */

const common = { prompt: z.string().min(1), by: z.string(), because: z.string() };
const version = z.int().positive();

const commandShape = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('start'), ...common, version }),
  z.strictObject({ kind: z.enum(['pause', 'resume', 'abort']), ...common }),
  z.strictObject({ kind: z.literal('promote'), ...common, keepWatch: z.boolean(), toVersion: version.nullable() }),
  z.strictObject({ kind: z.literal('rollback'), ...common, toVersion: version.nullable() }),
  z.strictObject({ kind: z.literal('release'), ...common, version }),
  z.strictObject({ kind: z.literal('stop_comparison'), ...common }),
]);

const wishShape = z.strictObject({
  ...common,
  variants: z.array(z.strictObject({ name: z.string(), version })),
  shares: z.array(z.number()).nullable(),
  control: z.string().nullable(),
  policyOf: z.string().nullable(),
  metric: z.string(),
  direction: z.enum(['higher_is_better', 'lower_is_better']).nullable(),
  range: z.tuple([z.number(), z.number()]).nullable(),
  margin: z.number().nullable(),
  forMs: z.number().nullable(),
  atLeastMs: z.number().nullable(),
  onWinner: z.enum(['rollout', 'promote', 'nothing']),
});

const requestShape = z.union([
  z.strictObject({ kind: z.literal('command'), command: commandShape }),
  z.strictObject({ kind: z.literal('compare'), wish: wishShape }),
  z.strictObject({ kind: z.literal('report'), week: z.string().nullable(), force: z.boolean() }),
  z.strictObject({ kind: z.enum(['page', 'rebuild']), week: z.string().nullable() }),
]);

/** `week` is an ISO week such as `2026-W47`; null = the week that ended. */
export type Request =
  | { kind: 'command'; command: Command }
  | { kind: 'compare'; wish: ComparisonWish }
  | { kind: 'report'; week: string | null; force: boolean }
  | { kind: 'page' | 'rebuild'; week: string | null };

const progressShape = z.object({
  week: z.string(),
  isFinished: z.boolean(),
  promptsDone: z.number(),
  prompts: z.number(),
  requests: z.number(),
});

const resultShape = z.union([
  z.object({ prompt: z.string(), said: z.string() }),
  z.object({ week: z.string(), sent: z.boolean() }),
  z.object({ week: z.string(), html: z.string() }),
  progressShape,
]);

/** What came of a request. `sent` false = the report of that week had been made before. */
export type Result = CommandReport | { week: string; sent: boolean } | { week: string; html: string } | RebuildProgress;

const answerShape = z.union([
  z.object({ ok: z.literal(true), result: resultShape }),
  z.object({ ok: z.literal(false), error: z.object({ code: z.string(), message: z.string(), hint: z.string() }) }),
]);

/** @throws RampartError `bad_input` when it is no request */
export function parseRequest(value: unknown): Request {
  const parsed = requestShape.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new RampartError(
    'bad_input',
    `request: expected a command, a comparison or a report, got ${z.prettifyError(parsed.error)}`,
  );
}

/** The answer as it goes over the wire. */
export async function answerOf(work: () => Promise<Result>, factsOf: (error: unknown) => ErrorFacts): Promise<unknown> {
  try {
    return { ok: true, result: await work() };
  } catch (error) {
    return { ok: false, error: factsOf(error) };
  }
}

/**
 * @throws the error that the other side had (its code may be one that this release does not know), or RampartError
 *   `bad_input` when it is no answer
 */
export function readAnswer(value: unknown): Result {
  const parsed = answerShape.safeParse(value);
  if (!parsed.success) throw new RampartError('bad_input', 'answer: expected a result or an error, got something else');
  if (parsed.data.ok) return parsed.data.result;
  const { code, message, hint } = parsed.data.error;
  throw new RampartError(code as ErrorCode, message, { hint });
}
