import type { ComparisonResult } from './compare';
import type { PromptResult, SampleResult } from './results';

/** Everything a run found. */
export interface TestReport {
  results: readonly PromptResult[];
  /** Null when nothing was to be compared. */
  comparisons: readonly ComparisonResult[] | null;
  /** Wall time. */
  tookMs: number;
}

/** What the answers took, all together; tokens and cost null where no answer had them. */
export interface Totals {
  samples: number;
  promptTokens: number | null;
  completionTokens: number | null;
  costUsd: number | null;
}

export function totals({ results }: TestReport): Totals {
  const samples = results.flatMap(({ cases }) => cases.flatMap((each) => each.samples));
  const sum = (value: (sample: SampleResult) => number | null): number | null => {
    const known = samples.flatMap((sample) => value(sample) ?? []);
    return known.length === 0 ? null : known.reduce((all, one) => all + one, 0);
  };
  return {
    samples: samples.length,
    promptTokens: sum(({ promptTokens }) => promptTokens),
    completionTokens: sum(({ completionTokens }) => completionTokens),
    costUsd: sum((sample) => sample.costUsd),
  };
}

/** Four decimals; of less, two digits. */
const USD = new Intl.NumberFormat('en-US', {
  useGrouping: false,
  minimumFractionDigits: 4,
  maximumFractionDigits: 4,
  minimumSignificantDigits: 2,
  maximumSignificantDigits: 2,
  roundingPriority: 'morePrecision',
});

/** What a run took: `3 samples, 30 + 15 tokens, 0.0030 USD, 1.2 s`. */
export function totalsText(report: TestReport): string {
  const { samples, promptTokens, completionTokens, costUsd } = totals(report);
  const tokens = promptTokens === null ? '' : `, ${promptTokens} + ${completionTokens ?? 0} tokens`;
  const cost = costUsd === null ? '' : `, ${USD.format(costUsd)} USD`;
  return `${samples} samples${tokens}${cost}, ${(report.tookMs / 1000).toFixed(1)} s`;
}

/** `failed`: below a threshold, or proven worse than production. `error`: too little was judged to tell. */
export function outcomeOf({ results, comparisons }: TestReport): 'passed' | 'failed' | 'error' {
  if (results.some(({ outcome }) => outcome === 'failed')) return 'failed';
  if (comparisons?.some(({ outcome }) => outcome === 'worse') === true) return 'failed';
  return results.some(({ outcome }) => outcome === 'error') ? 'error' : 'passed';
}

/** A prompt's name for people: with its variant. */
export function titleOf({ name, variant }: { name: string; variant: string | null }): string {
  return variant === null ? name : `${name} (${variant})`;
}

/** A share in percent: `67 %`. */
export function percentText(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** What is to be said of a comparison. */
export function comparisonText({ production, difference, outcome }: ComparisonResult): string {
  switch (outcome) {
    case 'unknown':
      return production === null ? 'nothing is in production' : 'no sample could be compared';
    case 'same':
      return `the same as version ${production} in production`;
    default: {
      const { value, low, high } = difference!;
      const points = (share: number): string => `${share > 0 ? '+' : ''}${Math.round(share * 100)}`;
      const said = { better: 'better than', worse: 'worse than', open: 'not told apart from' }[outcome];
      return `${said} version ${production}: ${points(value)} points (${points(low)} to ${points(high)})`;
    }
  }
}
