import { comparisonView, type ComparisonView } from '../../core/comparison/view';
import type { PromptItem } from '../../core/item/prompt-item';
import { timeWriter } from '../../core/report/local-time';
import { damagedWeek, promptWeek, type PromptWeek } from '../../core/report/prompt-week';
import { TREND_WEEKS } from '../../core/report/trend';
import { periodOf, weekBefore, type IsoWeek } from '../../core/report/week';
import type { WeeklyReport } from '../../core/report/weekly-report';
import { inspectComparison } from '../comparison/inspect-comparison';
import type { Controller } from '../controller';
import { countGenerations, totalsOf, type Counts } from './count-generations';
import { allPrompts, logDamaged } from './all-prompts';
import { readEvents } from './read-events';
import { readNumbers } from './read-numbers';

/** Prompts that are read at once. */
const AT_ONCE = 4;

/** Puts the report of a week together from what is stored; an item that is damaged hides no other. @throws what the stores throw */
export async function makeReport(controller: Controller, week: IsoWeek, nowMs: number): Promise<WeeklyReport> {
  const { deployment, timeZone } = controller.settings;
  const weeks = weeksUpTo(week);
  const counts = await countGenerations(controller, periodOf(week, timeZone), nowMs);
  const prompts = await readPrompts(controller, weeks, counts, nowMs);
  prompts.sort((a, b) => (a.prompt < b.prompt ? -1 : 1));
  return {
    schema: 1,
    deployment,
    week: week.text,
    timeZone,
    ...periodOf(week, timeZone),
    madeAtMs: nowMs,
    trendWeeks: weeks.map(({ text }) => text),
    totals: totalsOf(counts),
    prompts,
  };
}

/** The weeks of the trends, oldest first. */
function weeksUpTo(week: IsoWeek): IsoWeek[] {
  const weeks = [week];
  while (weeks.length < TREND_WEEKS) weeks.unshift(weekBefore(weeks[0]!));
  return weeks;
}

async function readPrompts(
  controller: Controller,
  weeks: readonly IsoWeek[],
  counts: Counts,
  nowMs: number,
): Promise<PromptWeek[]> {
  const read: PromptWeek[] = [];
  const items = allPrompts(controller.store, (damaged) => {
    logDamaged(controller, 'prompt_not_read', damaged);
    read.push(damagedWeek(damaged.prompt, damaged.problem.message));
  });
  const work = async (): Promise<void> => {
    for (let next = await items.next(); next.done !== true; next = await items.next()) {
      read.push(await readPromptWeek(controller, next.value, weeks, { counts, nowMs }));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return read;
}

async function readPromptWeek(
  controller: Controller,
  item: PromptItem,
  weeks: readonly IsoWeek[],
  { counts, nowMs }: { counts: Counts; nowMs: number },
): Promise<PromptWeek> {
  const { timeZone } = controller.settings;
  const periods = weeks.map((week) => periodOf(week, timeZone));
  const week = periods.at(-1)!;
  const audit = await readEvents(controller.store, item, week.fromMs);
  const { periods: sums, facts, readThroughMs, problem } = await readNumbers(controller, item, periods);
  const now = sums.at(-1)!;
  const before = sums.at(-2)!;
  const earlier = sums.slice(0, -2);
  const health = { facts, listed: counts === null ? null : (counts.get(item.prompt) ?? 0) };
  const comparison = await readComparison(controller, item, week.fromMs, nowMs);
  const when = timeWriter(timeZone);
  return promptWeek({ item, week, now, before, earlier, health, comparison, audit, readThroughMs, problem, when });
}

/** A prompt's comparison, unless it ended before the time. */
async function readComparison(
  controller: Controller,
  { prompt, comparison }: PromptItem,
  sinceMs: number,
  nowMs: number,
): Promise<ComparisonView | null> {
  if (comparison === null || (comparison.outcome?.atMs ?? nowMs) < sinceMs) return null;
  const inspection = await inspectComparison(controller, prompt);
  return inspection && comparisonView(inspection.look, inspection.evidence?.firstExposed ?? null, nowMs);
}
