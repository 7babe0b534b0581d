import { compareObserved } from '../core/report/observed-comparison';
import { isoDate, localDay } from '../core/report/local-time';
import type { Controller } from './controller';
import { allPrompts } from './report/all-prompts';
import { readNumbers } from './report/read-numbers';

const WINDOW_MS = 7 * 24 * 3_600_000;

/**
 * Sets the versions of every prompt that had at least two in the last seven days side by side, each against the version in
 * production, and stores that as `comparisons/PROMPT/DATE.json` (the date in the deployment's time zone); a later run of
 * the same day replaces it. An observation: nothing is decided and nothing is mailed.
 * @returns how many prompts were compared
 * @throws what the ports throw; the next run does the same again
 */
export async function compareVariants(controller: Controller, nowMs: number): Promise<{ compared: number }> {
  const period = { fromMs: nowMs - WINDOW_MS, toMs: nowMs };
  const date = isoDate(localDay(controller.settings.timeZone, nowMs));
  let compared = 0;
  for await (const item of allPrompts(controller.store)) {
    const [numbers = new Map()] = (await readNumbers(controller, item, [period])).periods;
    const comparison = compareObserved(item, numbers, period, nowMs);
    if (comparison === null) continue;
    await controller.documents.putDocument(
      `comparisons/${item.prompt}/${date}.json`,
      `${JSON.stringify(comparison, null, 2)}\n`,
      { contentType: 'application/json', ifAbsent: false },
    );
    compared++;
  }
  return { compared };
}
