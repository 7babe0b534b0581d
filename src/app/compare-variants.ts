import type { ComparisonRenderer } from '../core/ports';
import type { PromptItem } from '../core/item/prompt-item';
import { compareObserved } from '../core/report/observed-comparison';
import { isoDate, localDay } from '../core/report/local-time';
import { reportEnded, unreported } from './comparison/report-ended';
import type { Controller } from './controller';
import { allPrompts } from './report/all-prompts';
import { readNumbers } from './report/read-numbers';

const WINDOW_MS = 7 * 24 * 3_600_000;

/** What a run did: prompts whose versions were set side by side, and comparisons whose end was reported. */
export interface ComparedVariants {
  compared: number;
  reported: number;
}

/**
 * Reports the comparisons that have ended (the ticks judge and end them), and sets the versions of every prompt that had at least
 * two in the last seven days side by side, each against the version in production, as `comparisons/PROMPT/DATE.json` (the date in the
 * deployment's time zone); a later run of the same day replaces it. The latter is an observation: nothing is decided and nothing mailed.
 * @throws the first failure, after every prompt has been looked at; the next run does the same again
 */
export async function compareVariants(
  controller: Controller,
  renderer: ComparisonRenderer,
  nowMs: number,
): Promise<ComparedVariants> {
  const done: ComparedVariants = { compared: 0, reported: 0 };
  const failures: unknown[] = [];
  const fail = (prompt: string | null, error: unknown): void => {
    failures.push(error);
    const named = prompt === null ? {} : { prompt };
    controller.log({ level: 'error', event: 'prompt_not_compared', ...named, problem: String(error) });
  };
  for await (const item of allPrompts(controller.store, ({ prompt, problem }) => fail(prompt, problem))) {
    const { prompt } = item;
    try {
      if (unreported(item) !== null && (await reportEnded(controller, renderer, prompt, nowMs))) done.reported++;
      if (await observe(controller, item, nowMs)) done.compared++;
    } catch (error) {
      fail(prompt, error);
    }
  }
  if (failures.length > 0) throw failures[0];
  return done;
}

/** @returns false when fewer than two versions were seen */
async function observe(controller: Controller, item: PromptItem, nowMs: number): Promise<boolean> {
  const period = { fromMs: nowMs - WINDOW_MS, toMs: nowMs };
  const date = isoDate(localDay(controller.settings.timeZone, nowMs));
  const [numbers = new Map()] = (await readNumbers(controller, item, [period])).periods;
  const comparison = compareObserved(item, numbers, period, nowMs);
  if (comparison === null) return false;
  await controller.documents.putDocument(
    `comparisons/${item.prompt}/${date}.json`,
    `${JSON.stringify(comparison, null, 2)}\n`,
    { contentType: 'application/json', ifAbsent: false },
  );
  return true;
}
