import { NO_VERSION } from '../evidence/count-rows';
import type { DayPage } from '../evidence/manifest';
import type { RowFact, RowFacts } from '../evidence/row-facts';
import { mergeAggregates, type Aggregate } from '../metrics/aggregate';
import type { Period } from './week';

/** The numbers of a stretch of time: metric → aggregate, as the hourly pages name metrics. */
export type Numbers = Readonly<Record<string, Aggregate>>;

/** Version → its numbers. */
export type VersionNumbers = ReadonlyMap<number, Numbers>;

/**
 * Adds up the hours that begin in the period. In a zone whose offset is not whole hours, the hour that its midnight falls
 * into belongs to the day it begins on.
 */
export function sumHours(pages: readonly DayPage[], { fromMs, toMs }: Period): VersionNumbers {
  const sums = new Map<number, Map<string, Aggregate>>();
  for (const page of pages) {
    for (const [hourMs, versions] of Object.entries(page)) {
      if (Number(hourMs) < fromMs || Number(hourMs) >= toMs) continue;
      for (const [version, metrics] of Object.entries(versions)) {
        if (Number(version) !== NO_VERSION) addTo(sums, Number(version), metrics);
      }
    }
  }
  const ascending = [...sums].sort(([a], [b]) => a - b);
  return new Map(ascending.map(([version, metrics]) => [version, withoutEmpty(metrics)]));
}

/** What was noted about the rows of the hours that begin in the period. */
export function sumFacts(pages: readonly DayPage[], { fromMs, toMs }: Period): RowFacts {
  const sums: RowFacts = {};
  for (const page of pages) {
    for (const [hourMs, versions] of Object.entries(page)) {
      if (Number(hourMs) < fromMs || Number(hourMs) >= toMs) continue;
      for (const [fact, { n }] of Object.entries(versions[NO_VERSION] ?? {})) {
        sums[fact as RowFact] = (sums[fact as RowFact] ?? 0) + n;
      }
    }
  }
  return sums;
}

/** The numbers of several versions together. */
export function together(versions: VersionNumbers): Numbers {
  const sums = new Map<number, Map<string, Aggregate>>();
  for (const metrics of versions.values()) addTo(sums, 0, metrics);
  return withoutEmpty(sums.get(0) ?? new Map());
}

/** How many generations the numbers are of. */
export function generations(numbers: Numbers): number {
  return numbers['error_rate']?.n ?? 0;
}

function addTo(sums: Map<number, Map<string, Aggregate>>, version: number, metrics: Numbers): void {
  const known = sums.get(version) ?? new Map<string, Aggregate>();
  sums.set(version, known);
  for (const [metric, aggregate] of Object.entries(metrics)) {
    const before = known.get(metric);
    known.set(metric, before === undefined ? aggregate : mergeAggregates(before, aggregate));
  }
}

/** An edited score can leave an aggregate of nothing behind. */
function withoutEmpty(metrics: ReadonlyMap<string, Aggregate>): Numbers {
  return Object.fromEntries([...metrics].filter(([, { n }]) => n > 0));
}
