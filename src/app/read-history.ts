import { historyOf, type History, pastOf } from '../core/evidence/history';
import { unitsPerDayOf } from '../core/evidence/units-per-day';
import type { Policy } from '../core/policy/policy';
import type { Controller } from './controller';
import { readPast } from './read-past';

/** How far back the reference numbers of a rollout go. */
export const HISTORY_MS = 7 * 24 * 3_600_000;
/** The newest rows are enough for reference numbers; more would only cost requests. */
const MOST = { observationPages: 20, scorePages: 150, lookUps: 20 };

/** What is known of the stable version when a rollout starts. */
export interface ReadHistory {
  /** By metric id; empty lists where nothing was found. */
  history: History;
  /** By metric id: units that get a value per day. */
  unitsPerDay: ReadonlyMap<string, number>;
  /** When its first generation was, ms; null = there is none. */
  fromMs: number | null;
}

/**
 * The stable version's last days, read once when a rollout starts: what the frozen reference numbers come from. When the
 * budget of requests runs out on the way, the newest rows that were read have to do.
 */
export async function readHistory(
  controller: Pick<Controller, 'langfuse' | 'budget'>,
  prompt: string,
  stable: number,
  policy: Policy,
  nowMs: number,
): Promise<ReadHistory> {
  const query = {
    window: { fromMs: nowMs - HISTORY_MS, toMs: nowMs },
    most: MOST,
    needsScores: (rows: readonly { version: number }[]) => rows.some(({ version }) => version === stable),
  };
  const { rows, scores, scoresFromMs } = await readPast(controller, prompt, policy, query, nowMs);
  const past = pastOf(policy, stable, rows, scores);
  return {
    history: historyOf(policy, past),
    unitsPerDay: unitsPerDayOf(policy, past, { toMs: nowMs, scoresFromMs: scoresFromMs ?? null }),
    fromMs: past.rows[0]?.startMs ?? null,
  };
}
