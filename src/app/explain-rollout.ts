import { RampartError } from '../core/errors';
import { replayJournal } from '../core/evidence/replay-journal';
import type { JournalLine } from '../core/evidence/workspace';
import type { AuditEvent, PromptItem } from '../core/item/prompt-item';
import type { CombinedHarm } from '../core/judging/judge';
import type { ArmCounts } from '../core/rollout/evidence';
import { judgeRollout } from '../core/rollout/look';
import { rolloutExperiment } from '../core/rollout/rollout-experiment';
import type { Verdict } from '../core/judging/verdict';
import type { Peaks, Rollout, Stage } from '../core/rollout/rollout';
import { srmLogE } from '../core/stats/srm';
import type { Controller } from './controller';
import { readJournal } from './evidence/journal';
import { readEvents } from './report/read-events';
import { archivedRollout, newestRollout, type JournaledRollout } from './rollout-archive';

/** One look of a rollout, computed again from its journal. */
export interface Explanation {
  rollout: Rollout;
  /** When the look was. */
  tickMs: number;
  /** The look after it; null = there is none yet. */
  nextTickMs: number | null;
  /** The stage that lasted when the look began. */
  stage: Stage;
  /** One per guardrail, in the rollout's order. */
  verdicts: readonly Verdict[];
  harm: CombinedHarm;
  /** The largest e-values up to this look; null for any look but the newest, whose peaks are stored. */
  peaks: Peaks | null;
  srm: SrmLook;
  events: EventsAround;
}

/** Sample ratio mismatch at one look. */
export interface SrmLook {
  /** ln of the e-value of "units do not arrive in the planned shares". */
  logE: number;
  /** Per stage: units first exposed in it, and the share of the candidate that was planned, 0..100. */
  stages: { percent: number; firstExposed: ArmCounts }[];
}

/** What the controller and people did to the rollout. */
export interface EventsAround {
  /** The newest before the look. */
  before: AuditEvent | null;
  /** Those of the look itself; none when it changed nothing. */
  decided: readonly AuditEvent[];
  /** The first after the look. */
  after: AuditEvent | null;
}

/** What a stored rollout is read from. */
export type RolloutState = Pick<Controller, 'store' | 'objects' | 'documents'>;

/**
 * Replays the stored journal of a rollout up to a time and judges what was known then: the same functions over the same lines
 * as at that tick, so the same numbers. Changes nothing.
 * @param name a prompt, or the id of one of its rollouts. Of a prompt it is the newest rollout that had begun at the time
 * @param atMs the newest tick at or before this time is explained; null = the last one
 * @throws not_found when there is no such rollout or it has not been looked at; bad_input when `atMs` is before its first tick
 */
export async function explainRollout(state: RolloutState, name: string, atMs: number | null): Promise<Explanation> {
  const { item, rollout, journal } = await findRollout(state, name, atMs ?? Infinity);
  const replayed = await readUntil(state, { rollout, journal }, atMs ?? Infinity);
  return {
    rollout,
    tickMs: replayed.tickMs,
    nextTickMs: replayed.nextTickMs,
    stage: stageBefore(rollout.stages, replayed.tickMs),
    ...judgeRollout(rollout, replayJournal(replayed.lines, rolloutExperiment(rollout))[0] ?? []),
    peaks: replayed.nextTickMs === null ? rollout.peaks : null,
    srm: srmOf(rollout, replayed.lines),
    events: await eventsAround(state, item, rollout, replayed.tickMs),
  };
}

interface ReplayedLines {
  /** Up to the last line of the tick. */
  lines: JournalLine[];
  tickMs: number;
  nextTickMs: number | null;
}

async function readUntil(
  { objects }: RolloutState,
  { rollout, journal }: JournaledRollout,
  atMs: number,
): Promise<ReplayedLines> {
  const lines: JournalLine[] = [];
  let known = 0;
  let tickMs: number | null = null;
  let nextTickMs: number | null = null;
  for await (const line of readJournal(objects, journal)) {
    lines.push(line);
    if (line[0] !== 'tick') continue;
    const lineMs = line[1] as number;
    if (lineMs > atMs) {
      nextTickMs = lineMs;
      break;
    }
    known = lines.length;
    tickMs = lineMs;
  }
  if (tickMs !== null) return { lines: lines.slice(0, known), tickMs, nextTickMs };
  if (nextTickMs === null) {
    throw new RampartError('not_found', `rollout ${rollout.id}: expected one that a tick has looked at, got none yet`);
  }
  const [first, asked] = [nextTickMs, atMs].map((ms) => new Date(ms).toISOString());
  throw new RampartError(
    'bad_input',
    `time: expected ${first} or later, the first tick of ${rollout.id}, got ${asked}`,
  );
}

/** A rollout, and the item of its prompt. */
type FoundRollout = JournaledRollout & { item: PromptItem };

async function findRollout(state: RolloutState, name: string, atMs: number): Promise<FoundRollout> {
  const item = (await state.store.read(name)) ?? (await state.store.read(promptOf(name)));
  if (item === null) throw noRollout(name);
  const newest = await newestRollout(state, item);
  if (newest === null) throw noRollout(name);
  if (item.prompt !== name) {
    const named = newest.rollout.id === name ? newest : await archivedRollout(state, name);
    if (named === null) throw noRollout(name);
    return { item, ...named };
  }
  if (newest.rollout.startedAtMs <= atMs) return { item, ...newest };
  return { item, ...((await earlierRollout(state, item, atMs)) ?? newest) };
}

/** The rollout that had begun last at a time, when another one followed it. */
async function earlierRollout(state: RolloutState, item: PromptItem, atMs: number): Promise<JournaledRollout | null> {
  const started = (await readEvents(state.store, item, -Infinity)).filter(
    ({ kind, rolloutId, atMs: startedMs }) => kind === 'started' && rolloutId !== null && startedMs <= atMs,
  );
  const last = started.reduce<AuditEvent | null>(
    (latest, event) => (latest === null || event.atMs > latest.atMs ? event : latest),
    null,
  );
  return last?.rolloutId == null ? null : archivedRollout(state, last.rolloutId);
}

/** A rollout's id is `PROMPT/CANDIDATE/STARTED`. */
function promptOf(rolloutId: string): string {
  return rolloutId.split('/').slice(0, -2).join('/');
}

function noRollout(name: string): RampartError {
  return new RampartError(
    'not_found',
    `${name}: expected a prompt that had a rollout, or the id of a rollout, got neither`,
    {
      hint: 'Names are as in Langfuse; rampart status lists those that are known, rampart history PROMPT their rollouts.',
    },
  );
}

/** The stage a tick judged; the one it began, if it did, starts with it. */
function stageBefore(stages: readonly Stage[], tickMs: number): Stage {
  const stage = stages.findLast(({ fromMs }) => fromMs < tickMs) ?? stages[0];
  if (stage === undefined) throw new Error('a rollout has a stage');
  return stage;
}

/** As a tick counts them: stages in which everyone or nobody gets the candidate say nothing about shares. */
function srmOf(rollout: Rollout, lines: readonly JournalLine[]): SrmLook {
  const stages = rollout.stages.map(({ percent }) => ({ percent, firstExposed: { stable: 0, candidate: 0 } }));
  for (const [kind, , stage, arm] of lines) {
    if (kind === 'unit') stages[stage as number]!.firstExposed[arm === 1 ? 'candidate' : 'stable']++;
  }
  const counted = stages.filter(({ percent, firstExposed: { stable, candidate } }) => {
    return percent > 0 && percent < 100 && stable + candidate > 0;
  });
  const logE = srmLogE(
    counted.map(({ percent, firstExposed: { stable, candidate } }) => ({
      observed: [stable, candidate],
      weights: [1 - percent / 100, percent / 100],
    })),
  );
  return { logE, stages: counted };
}

async function eventsAround(
  { store }: Pick<Controller, 'store'>,
  item: PromptItem,
  rollout: Rollout,
  tickMs: number,
): Promise<EventsAround> {
  const all = new Map((await readEvents(store, item, rollout.startedAtMs)).map((event) => [event.id, event]));
  const own = [...all.values()].filter(({ rolloutId }) => rolloutId === rollout.id).sort((a, b) => a.atMs - b.atMs);
  return {
    before: own.findLast(({ atMs }) => atMs < tickMs) ?? null,
    decided: own.filter(({ atMs }) => atMs === tickMs),
    after: own.find(({ atMs }) => atMs > tickMs) ?? null,
  };
}
