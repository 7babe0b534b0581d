import type { PromptItem } from '../item/prompt-item';
import { changeOf, type Change } from './change';
import { measuresOf } from './measure';
import { generations, type VersionNumbers } from './numbers';
import { scoreTraits } from './prompt-week';
import type { Period } from './week';

/** Versions of a prompt side by side over a period, as it is stored. An observation, never a verdict. */
export interface ObservedComparison {
  schema: 1;
  kind: 'observational';
  note: string;
  prompt: string;
  fromMs: number;
  /** Exclusive. */
  toMs: number;
  madeAtMs: number;
  /** The version in production; null = none is. */
  production: number | null;
  /** The version that the others are set against; null = none is. */
  base: number | null;
  /** Newest first. `now` is the version, `before` is the base; the base itself has no `before`. */
  versions: { version: number; generations: number; changes: Change[] }[];
}

const NOTE =
  'Observational: who got which version was not controlled here, shares changed over time, and every interval (95 %, each ' +
  'measure alone) takes generations as independent. Nothing is decided by these numbers.';

/**
 * Sets the versions of a period side by side, each against the version in production or another one.
 * @param against the version that the others are set against; absent = the one in production
 * @returns null when fewer than two versions were seen: there is nothing to compare
 */
export function compareObserved(
  item: PromptItem,
  numbers: VersionNumbers,
  period: Period,
  nowMs: number,
  against?: number,
): ObservedComparison | null {
  const seen = [...numbers].filter(([, metrics]) => generations(metrics) > 0).sort(([a], [b]) => b - a);
  if (seen.length < 2) return null;
  const production = productionOf(item);
  const baseVersion = against ?? production;
  const base = seen.find(([version]) => version === baseVersion)?.[1];
  const measures = measuresOf(
    seen.map(([, metrics]) => metrics),
    scoreTraits(item),
  );
  return {
    schema: 1,
    kind: 'observational',
    note: base === undefined ? `${NOTE} ${noBase(baseVersion)}` : NOTE,
    prompt: item.prompt,
    ...period,
    madeAtMs: nowMs,
    production,
    base: baseVersion,
    versions: seen.map(([version, metrics]) => ({
      version,
      generations: generations(metrics),
      changes: measures
        .map((measure) => changeOf(measure, metrics, version === baseVersion ? {} : (base ?? {})))
        .filter(({ now, before }) => now !== null || before !== null),
    })),
  };
}

/** While a promotion is watched, `production` is on the candidate already. */
function productionOf({ rollout, assignment }: PromptItem): number | null {
  return rollout?.phase === 'watching' ? rollout.candidate : assignment.stable;
}

function noBase(base: number | null): string {
  const why = base === null ? 'No version is in production' : `Version ${base}, to be compared with, was not seen`;
  return `${why}, so there are no differences.`;
}
