import { RampartError } from '../../core/errors';
import { newLanes } from '../../core/evidence/lanes';
import { timeWriter } from '../../core/report/local-time';
import { lastWeek, parseWeek, periodOf, type IsoWeek } from '../../core/report/week';
import type { Clock } from '../../core/ports';
import type { Controller } from '../controller';
import { KEPT_DAYS } from '../evidence/snapshot';
import { allPrompts, logDamaged } from '../report/all-prompts';
import { rebuildPrompt } from './rebuild-prompt';
import { readRebuild, writeRebuild, type RebuildState } from './rebuild-state';
import type { Step } from './step';

const DAY_MS = 24 * 3_600_000;
/** By then the reader of the weekly numbers has met the week's late rows as well. */
const SETTLED_MS = 2 * 3_600_000;

/** What a rebuild needs of the outside: the time, a way to let it pass, and when to stop for now. */
export interface RebuildPace {
  now: Clock;
  wait: (ms: number) => Promise<void>;
  untilMs: number;
}

/** How far a rebuild has come. */
export interface RebuildProgress {
  week: string;
  isFinished: boolean;
  promptsDone: number;
  prompts: number;
  /** Requests to Langfuse since it began. */
  requests: number;
}

/**
 * Reads a week's numbers again from Langfuse and replaces what is stored of them, for every prompt. Begins, or goes on with what
 * an earlier call left. Stops when it is done or its time is over; a call that dies is repeated from its last stored step.
 * @param week default the one that ended last
 * @throws RampartError `bad_input` for a week that is none, is too young or too old, or while another one is being rebuilt
 */
export async function rebuildWeek(
  controller: Controller,
  week: string | undefined,
  pace: RebuildPace,
): Promise<RebuildProgress> {
  const { timeZone } = controller.settings;
  const wanted = week === undefined ? lastWeek(timeZone, pace.now()) : parseWeek(week);
  const stored = await readRebuild(controller.documents);
  if (stored !== null && stored.finishedAtMs === null) {
    if (stored.week === wanted.text) return goOn(controller, stored, pace);
    throw new RampartError('bad_input', `rebuild: expected ${stored.week}, which is not finished, got ${wanted.text}`, {
      hint: `finish it first: rampart report rebuild --week ${stored.week}`,
    });
  }
  const begun = await begin(controller, wanted, pace.now());
  await writeRebuild(controller.documents, begun);
  return goOn(controller, begun, pace);
}

/** Goes on with a rebuild that is not finished. @returns null when there is none */
export async function continueRebuild(controller: Controller, pace: RebuildPace): Promise<RebuildProgress | null> {
  const stored = await readRebuild(controller.documents);
  return stored === null || stored.finishedAtMs !== null ? null : goOn(controller, stored, pace);
}

async function begin(controller: Controller, week: IsoWeek, nowMs: number): Promise<RebuildState> {
  const { timeZone } = controller.settings;
  const { fromMs, toMs } = periodOf(week, timeZone);
  if (toMs + SETTLED_MS > nowMs) {
    const from = `${timeWriter(timeZone)(toMs + SETTLED_MS)} (${timeZone})`;
    throw new RampartError(
      'bad_input',
      `week: expected one that ended two hours ago, got ${week.text}: possible from ${from}`,
    );
  }
  if (fromMs < nowMs - KEPT_DAYS * DAY_MS) {
    throw new RampartError(
      'bad_input',
      `week: expected one whose numbers are kept (${KEPT_DAYS} days), got ${week.text}`,
    );
  }
  const prompts: RebuildState['prompts'] = [];
  const items = allPrompts(controller.store, (damaged) => logDamaged(controller, 'prompt_not_rebuilt', damaged));
  for await (const { prompt } of items) prompts.push({ prompt, manifest: null, isDone: false });
  const [lane] = newLanes([0], fromMs);
  return {
    schema: 1,
    week: week.text,
    fromMs,
    toMs,
    startedAtMs: nowMs,
    finishedAtMs: null,
    requests: 0,
    scores: { lane: lane!, objects: [] },
    prompts,
  };
}

async function goOn(controller: Controller, state: RebuildState, pace: RebuildPace): Promise<RebuildProgress> {
  while (state.finishedAtMs === null && pace.now() < pace.untilMs) {
    const { waitMs } = await stepOn(controller, state, pace.now());
    await writeRebuild(controller.documents, state);
    if (waitMs > 0 && pace.now() + waitMs >= pace.untilMs) break;
    if (waitMs > 0) await pace.wait(waitMs);
  }
  const promptsDone = state.prompts.filter(({ isDone }) => isDone).length;
  const { week, requests, prompts } = state;
  return { week, isFinished: state.finishedAtMs !== null, promptsDone, prompts: prompts.length, requests };
}

async function stepOn(controller: Controller, state: RebuildState, nowMs: number): Promise<Step> {
  const next = state.prompts.find(({ isDone }) => !isDone);
  if (next !== undefined) return rebuildPrompt(controller, state, next, nowMs);
  state.finishedAtMs = nowMs;
  controller.log({ level: 'info', event: 'week_rebuilt', week: state.week, requests: state.requests });
  return { waitMs: 0 };
}
