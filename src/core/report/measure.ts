import type { Direction } from '../metrics/metric';
import { aggregateQuantile, type Aggregate } from '../metrics/aggregate';
import { generations, type Numbers } from './numbers';

/** What a value is counted in; says how it is written. */
export type Unit = 'count' | 'share' | 'ms' | 'usd' | 'number';

/** One line of a report: what is measured, and how it is read from numbers. */
export interface Measure {
  /** A metric's id, with `.p50`, `.p95` or `.total` where it is not the mean. */
  id: string;
  label: string;
  unit: Unit;
  /** Which way is better; null = nobody said. */
  better: Direction | null;
  /** A mean has an interval. */
  isMean: boolean;
  /** @returns null where nothing was measured */
  read: (numbers: Numbers) => Reading | null;
}

/** A value and what it was computed from. */
export interface Reading {
  value: number;
  /** Values it was computed from. */
  n: number;
  aggregate: Aggregate;
}

/** What is known of a score beside its values: from the guardrails of the prompt's newest rollout. */
export interface ScoreTraits {
  better: Direction;
  isYesNo: boolean;
}

/**
 * The lines of a report on these numbers: volume, errors, latency, cost, tokens, then every score that occurs in any of
 * them, by name, then how many of the traces have it.
 * @param all every set of numbers that will be read, so that the same lines fit all of them
 * @param traits by score name
 */
export function measuresOf(all: readonly Numbers[], traits: ReadonlyMap<string, ScoreTraits>): Measure[] {
  const ids = [...new Set(all.flatMap((numbers) => Object.keys(numbers)))];
  const has = (metric: string): boolean => ids.includes(metric);
  return [
    VOLUME,
    mean('error_rate', 'error rate', 'share', 'lower_is_better'),
    ...(has('latency') ? LATENCY : []),
    ...(has('cost') ? COST : []),
    ...(has('tokens') ? [mean('tokens', 'tokens per generation', 'number', 'lower_is_better')] : []),
    ...scoreMeasures(all, ids.filter((id) => id.startsWith(SCORE)).sort(), traits),
    ...ids
      .filter((id) => id.startsWith(COVERED))
      .sort()
      .map(coverage),
  ];
}

const SCORE = 'score:';
const COVERED = 'covered:';

const VOLUME: Measure = {
  id: 'generations',
  label: 'generations',
  unit: 'count',
  better: null,
  isMean: false,
  read: (numbers) => {
    const aggregate = numbers['error_rate'];
    return aggregate === undefined ? null : { value: generations(numbers), n: aggregate.n, aggregate };
  },
};

const LATENCY: readonly Measure[] = [
  mean('latency', 'mean response time', 'ms', 'lower_is_better'),
  latencyQuantile('p50', 0.5),
  latencyQuantile('p95', 0.95),
];

const COST: readonly Measure[] = [
  mean('cost', 'cost per generation', 'usd', 'lower_is_better'),
  {
    ...mean('cost', 'cost, total', 'usd', 'lower_is_better'),
    id: 'cost.total',
    better: null,
    isMean: false,
    read: ({ cost }) => (cost === undefined ? null : { value: cost.sum, n: cost.n, aggregate: cost }),
  },
];

function mean(id: string, label: string, unit: Unit, better: Direction | null): Measure {
  const read = (numbers: Numbers): Reading | null => readMean(numbers[id]);
  return { id, label, unit, better, isMean: true, read };
}

function readMean(aggregate: Aggregate | undefined): Reading | null {
  return aggregate === undefined ? null : { value: aggregate.sum / aggregate.n, n: aggregate.n, aggregate };
}

function latencyQuantile(name: string, q: number): Measure {
  return {
    ...mean('latency', `response time ${name}`, 'ms', 'lower_is_better'),
    id: `latency.${name}`,
    isMean: false,
    read: ({ latency }) => {
      const value = latency === undefined ? null : aggregateQuantile(latency, q);
      return latency === undefined || value === null ? null : { value, n: latency.n, aggregate: latency };
    },
  };
}

function scoreMeasures(
  all: readonly Numbers[],
  ids: readonly string[],
  traits: ReadonlyMap<string, ScoreTraits>,
): Measure[] {
  const categories = ids.filter((id) => isCategory(all, id));
  return ids.map((id) => {
    if (categories.includes(id)) return categoryShare(id, categories);
    const name = id.slice(SCORE.length);
    const known = traits.get(name);
    const isShare = known?.isYesNo ?? looksYesNo(all, id);
    return mean(id, isShare ? `${name}, share of yes` : name, isShare ? 'share' : 'number', known?.better ?? null);
  });
}

/** `score:NAME=CATEGORY` counts how often the category was given: every value is 1. */
function isCategory(all: readonly Numbers[], id: string): boolean {
  return (
    id.indexOf('=') > SCORE.length && valuesOf(all, id).every(({ n, sum, sumSquares }) => sum === n && sumSquares === n)
  );
}

/** Only 0 and 1, and both of them: a yes/no score, or a number that may be read as one. */
function looksYesNo(all: readonly Numbers[], id: string): boolean {
  const values = valuesOf(all, id);
  return values.every(({ sum, sumSquares }) => sum === sumSquares) && values.some(({ n, sum }) => sum < n);
}

function valuesOf(all: readonly Numbers[], id: string): Aggregate[] {
  return all.flatMap((numbers) => numbers[id] ?? []);
}

/** The share of one category among all values of its score. */
function categoryShare(id: string, categories: readonly string[]): Measure {
  const prefix = id.slice(0, id.indexOf('=') + 1);
  const siblings = categories.filter((other) => other.startsWith(prefix));
  const label = `${prefix.slice(SCORE.length, -1)} is ${id.slice(prefix.length)}`;
  const read = (numbers: Numbers): Reading | null => {
    const n = siblings.reduce((sum, sibling) => sum + (numbers[sibling]?.n ?? 0), 0);
    if (n === 0) return null;
    const k = numbers[id]?.n ?? 0;
    return { value: k / n, n, aggregate: { n, sum: k, sumSquares: k } };
  };
  return { id, label, unit: 'share', better: null, isMean: true, read };
}

/** The share of traces that have a usable score of a name. */
function coverage(id: string): Measure {
  const name = id.slice(COVERED.length);
  const read = (numbers: Numbers): Reading | null => {
    const traces = numbers['traces']?.n ?? 0;
    if (traces === 0) return null;
    const covered = Math.min(numbers[id]?.n ?? 0, traces);
    return { value: covered / traces, n: traces, aggregate: { n: traces, sum: covered, sumSquares: covered } };
  };
  const label = `${name}, coverage`;
  return { id: `coverage:${name}`, label, unit: 'share', better: 'higher_is_better', isMean: true, read };
}
