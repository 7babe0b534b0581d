import { readThroughMs } from '../../core/evidence/lanes';
import { isRampartError } from '../../core/errors';
import type { DayPage, Manifest } from '../../core/evidence/manifest';
import type { RowFacts } from '../../core/evidence/row-facts';
import type { PromptItem } from '../../core/item/prompt-item';
import { sumFacts, sumHours, type VersionNumbers } from '../../core/report/numbers';
import type { Period } from '../../core/report/week';
import type { Controller } from '../controller';
import { readPage } from '../evidence/page-tree';
import { readManifest } from '../stored-manifest';

const DAY_MS = 24 * 3_600_000;

/** A prompt's stored numbers: one set per period that was asked for. */
export interface NumbersRead {
  periods: VersionNumbers[];
  /** What was noted about the rows of the last period. */
  facts: RowFacts;
  /** Everything with a time before this has been read from Langfuse, ms; null = nothing was ever read. */
  readThroughMs: number | null;
  /** The stored numbers are missing or damaged: what is wrong; null = they are not. */
  problem: string | null;
}

/**
 * Reads the hourly aggregates of some periods. Only the days that the periods touch are fetched.
 * @throws what the object store throws, unless it says that the object does not exist
 */
export async function readNumbers(
  controller: Pick<Controller, 'objects' | 'log'>,
  item: PromptItem,
  periods: readonly Period[],
): Promise<NumbersRead> {
  const none: NumbersRead = {
    periods: periods.map(() => new Map()),
    facts: {},
    readThroughMs: null,
    problem: null,
  };
  try {
    const manifest = await readManifest(controller, item);
    if (manifest === null) return none;
    const sums: VersionNumbers[] = [];
    let facts: RowFacts = {};
    for (const period of periods) {
      const pages = await readDays(controller, manifest, period);
      sums.push(sumHours(pages, period));
      facts = sumFacts(pages, period);
    }
    return {
      periods: sums,
      facts,
      readThroughMs: readThroughMs(manifest.observations, manifest.scores),
      problem: null,
    };
  } catch (error) {
    if (!isRampartError(error, 'not_found') && !(error instanceof SyntaxError)) throw error;
    controller.log({ level: 'error', event: 'numbers_not_read', prompt: item.prompt, problem: error.message });
    return { ...none, problem: error.message };
  }
}

/** One period at a time is in memory: days that two periods share are read twice. */
async function readDays(
  { objects }: Pick<Controller, 'objects'>,
  { days }: Manifest,
  { fromMs, toMs }: Period,
): Promise<DayPage[]> {
  const wanted = days.filter(([dayMs]) => dayMs < toMs && dayMs + DAY_MS > fromMs);
  return Promise.all(wanted.map(([, page]) => readPage<DayPage>(objects, page)));
}
