import { setTimeout as delay } from 'node:timers/promises';
import type { TickReport } from '../app/tick-prompt';
import type { Io, Output } from './io';
import type { LocalController } from './local-controller';
import { paintFor } from './paint';
import { errorFacts, EXIT, exitCodeOf, type ExitCode } from './problem';
import { renderTick } from './render-tick';
import { runRound, type Round } from './run-round';
import { tickFigures } from './tick-figures';

/** How long to go on, and how to tell. */
export interface Pace {
  once: boolean;
  json: boolean;
}

/**
 * Round after round until it is interrupted, telling what happens; the round under way is finished first.
 * @param out for people; stdout is for the JSON object of a single round
 */
export async function keepTicking(controller: LocalController, pace: Pace, io: Io, out: Output): Promise<ExitCode> {
  const interruption = io.interruption();
  const paint = paintFor(out);
  const print = (lines: readonly string[]): void => lines.forEach((line) => out.write(`${line}\n`));
  const isNews = newsOnly();
  let quiet = '';
  for (;;) {
    const startedAtMs = io.now();
    const round = await runRound(controller, io.now, (report, nowMs) => {
      if (isNews(report)) print(renderTick(report, nowMs, paint));
    });
    print(round.failures.map(failureLine));
    if (pace.once) return endOnce(round, pace, io, out);
    const before = quiet;
    quiet = quietLine(round, controller.settings.candidateLabel);
    if (quiet !== '' && quiet !== before) print([quiet]);
    await sleepUntil(startedAtMs + controller.settings.tickEveryMs, io, interruption);
    if (interruption.aborted) {
      print(['interrupted: the running tick is finished, everything is stored']);
      return EXIT.interrupted;
    }
  }
}

/** A prompt at rest is told of once, until its problem is another one. */
function newsOnly(): (report: TickReport) => boolean {
  const told = new Map<string, string | null>();
  return ({ prompt, outcome, problem }) => {
    const isRepeated = outcome === 'idle' && told.get(prompt) === problem;
    if (outcome === 'idle') told.set(prompt, problem);
    else told.delete(prompt);
    return !isRepeated;
  };
}

/** A sign of life where no prompt has anything to tell; '' where one has. */
function quietLine({ reports, failures }: Round, candidateLabel: string): string {
  if (failures.length > 0 || reports.some(({ outcome }) => outcome !== 'idle')) return '';
  return `${countOf(reports)} looked at, no rollout is running; label a version '${candidateLabel}' to start one`;
}

function countOf({ length }: readonly unknown[]): string {
  return length === 1 ? '1 prompt' : `${length} prompts`;
}

function failureLine({ prompt, error }: Round['failures'][number]): string {
  const { message, hint } = errorFacts(error);
  return `${prompt === null ? 'looking for candidates' : `tick of ${prompt}`} failed: ${message}${hint === '' ? '' : `\n  ${hint}`}`;
}

function endOnce(round: Round, pace: Pace, io: Io, out: Output): ExitCode {
  const ticks = round.reports.map(tickFigures).sort((a, b) => (a.prompt < b.prompt ? -1 : 1));
  const failures = round.failures.map(({ prompt, error }) => ({ prompt, ...errorFacts(error) }));
  if (pace.json) io.stdout.write(`${JSON.stringify({ ticks, failures })}\n`);
  else out.write(`${countOf(ticks)} looked at\n`);
  const first = round.failures[0];
  return first === undefined ? EXIT.ok : exitCodeOf(first.error);
}

async function sleepUntil(atMs: number, io: Io, signal: AbortSignal): Promise<void> {
  try {
    await delay(Math.max(0, atMs - io.now()), undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
