import { isRampartError } from '../../core/errors';
import { NO_VERSION } from '../../core/evidence/count-rows';
import type { DayPage, Manifest } from '../../core/evidence/manifest';
import type { RowFact } from '../../core/evidence/row-facts';
import { nextItem } from '../../core/item/next-item';
import type { PromptItem } from '../../core/item/prompt-item';
import type { Period } from '../../core/report/week';
import type { Controller } from '../controller';
import { readPage } from '../evidence/page-tree';
import { putManifest } from '../stored-manifest';
import { writeItem } from '../write-item';

const DAY_MS = 24 * 3_600_000;

/**
 * Replaces the week in a prompt's numbers by one conditional write of its item. What only the prompt's reader could note about rows
 * stays: a rebuild does not judge, and sees an edited score as it is now.
 * @param item as it was when `live` was read; its reader has read the whole week
 * @returns false when a tick wrote in between: then nothing has changed
 */
export async function mergeWeek(
  controller: Controller,
  item: PromptItem,
  live: Manifest,
  rebuilt: Manifest,
  week: Period,
  nowMs: number,
): Promise<boolean> {
  const days = new Map(live.days);
  for (let dayMs = week.fromMs - (week.fromMs % DAY_MS); dayMs < week.toMs; dayMs += DAY_MS) {
    const page = replaceHours(await pageOf(controller, live, dayMs), await pageOf(controller, rebuilt, dayMs), week);
    const bytes = new TextEncoder().encode(JSON.stringify(page));
    days.set(dayMs, [await controller.objects.put('snapshot', bytes), 0, bytes.length]);
  }
  const name = await putManifest(controller, { ...live, days: [...days].sort(([a], [b]) => a - b) });
  const { rollout, assignment } = item;
  const change = { rollout, stable: assignment.stable, actions: [], by: 'rebuild', manifest: name };
  try {
    await writeItem(controller, nextItem(item, change, nowMs));
    return true;
  } catch (error) {
    if (isRampartError(error, 'revision_conflict')) return false;
    throw error;
  }
}

async function pageOf({ objects }: Controller, { days }: Manifest, dayMs: number): Promise<DayPage> {
  const page = days.find(([day]) => day === dayMs)?.[1];
  return page === undefined ? {} : readPage<DayPage>(objects, page);
}

/** A day with the hours of the week as they were rebuilt, and its other hours as they were. */
function replaceHours(live: DayPage, rebuilt: DayPage, { fromMs, toMs }: Period): DayPage {
  const isInWeek = (hour: string): boolean => Number(hour) >= fromMs && Number(hour) < toMs;
  const page: DayPage = {};
  for (const [hour, versions] of Object.entries(live)) {
    const noted = noteworthy(versions, (fact) => !REBUILT_FACTS.includes(fact));
    if (!isInWeek(hour)) page[hour] = versions;
    else if (noted !== null) page[hour] = { [NO_VERSION]: noted };
  }
  for (const [hour, versions] of Object.entries(rebuilt)) {
    if (!isInWeek(hour)) continue;
    const { [NO_VERSION]: _, ...numbers } = versions;
    const facts = { ...noteworthy(versions, (fact) => REBUILT_FACTS.includes(fact)), ...page[hour]?.[NO_VERSION] };
    page[hour] = Object.keys(facts).length === 0 ? numbers : { ...numbers, [NO_VERSION]: facts };
  }
  return page;
}

/** Facts about rows that anybody sees who reads them all. */
const REBUILT_FACTS: readonly string[] = ['other_environment', 'ambiguous_score', 'unlinked_score'] satisfies RowFact[];

/** Some of an hour's facts; null = none of those. */
function noteworthy(versions: DayPage[string], isWanted: (fact: string) => boolean): DayPage[string][string] | null {
  const wanted = Object.entries(versions[NO_VERSION] ?? {}).filter(([fact]) => isWanted(fact));
  return wanted.length === 0 ? null : Object.fromEntries(wanted);
}
