import { historyOf, type History } from '../core/evidence/history';
import type { Policy } from '../core/policy/policy';
import type { Controller } from './controller';
import { readPast } from './read-past';

/** How far back the reference numbers of a rollout go. */
export const HISTORY_MS = 7 * 24 * 3_600_000;
/** The newest rows are enough for reference numbers; more would only cost requests. */
const MOST = { observationPages: 20, scorePages: 150, lookUps: 20 };

/**
 * The stable version's last days, read once when a rollout starts: what the frozen reference numbers come from. When the
 * budget of requests runs out on the way, the newest rows that were read have to do.
 * @returns by metric id; empty lists where nothing was found
 */
export async function readHistory(
  controller: Pick<Controller, 'langfuse' | 'budget'>,
  prompt: string,
  stable: number,
  policy: Policy,
  nowMs: number,
): Promise<History> {
  const query = {
    window: { fromMs: nowMs - HISTORY_MS, toMs: nowMs },
    most: MOST,
    needsScores: (rows: readonly { version: number }[]) => rows.some(({ version }) => version === stable),
  };
  const { rows, scores } = await readPast(controller, prompt, policy, query, nowMs);
  return historyOf(policy, stable, rows, scores);
}
