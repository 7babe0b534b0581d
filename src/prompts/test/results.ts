import type { PromptDefinition, SourcePlace } from '../definition';
import type { Asserted } from './assertions';
import { wilson, type Count, type Interval } from './intervals';

/** One answer and how it was judged. */
export interface SampleResult {
  /** Null when there is none. */
  answer: string | null;
  asserted: readonly Asserted[];
  /** Why there is no judgement; null when there is one. */
  error: string | null;
  latencyMs: number | null;
  promptTokens: number | null;
  completionTokens: number | null;
  costUsd: number | null;
}

/** `error`: too few samples could be judged to tell. */
export type Outcome = 'passed' | 'failed' | 'error';

/** A case with all its samples. */
export interface CaseResult {
  name: string;
  place: SourcePlace;
  samples: readonly SampleResult[];
  passed: number;
  errors: number;
  /** Share of samples that must pass. */
  passRate: number;
  /** 95 % interval of the share of judged samples that pass; null when none was judged. */
  interval: Interval | null;
  outcome: Outcome;
}

/** A prompt, or a variant, with all its cases. */
export interface PromptResult {
  name: string;
  variant: string | null;
  semver: string;
  cases: readonly CaseResult[];
  passedCases: number;
  threshold: number;
  outcome: Outcome | 'no_cases';
}

export function isPassed({ error, asserted }: SampleResult): boolean {
  return error === null && asserted.every(({ passed }) => passed);
}

/** Judges a case by its samples: those in error count as not passed, unless they alone decide. */
export function caseResult(
  test: Pick<CaseResult, 'name' | 'place' | 'passRate'>,
  samples: readonly SampleResult[],
): CaseResult {
  const passed = samples.filter(isPassed).length;
  const errors = samples.filter(({ error }) => error !== null).length;
  const judged = samples.length - errors;
  return {
    ...test,
    samples,
    passed,
    errors,
    interval: judged === 0 ? null : wilson(passed, judged),
    outcome: outcomeOf(passed, errors, samples.length, test.passRate),
  };
}

/** Judges a prompt by its cases, in the same way. */
export function promptResult(
  { name, variant, semver }: PromptDefinition,
  cases: readonly CaseResult[],
  threshold: number,
): PromptResult {
  const passedCases = cases.filter(({ outcome }) => outcome === 'passed').length;
  const errors = cases.filter(({ outcome }) => outcome === 'error').length;
  const outcome = cases.length === 0 ? 'no_cases' : outcomeOf(passedCases, errors, cases.length, threshold);
  return { name, variant, semver, cases, passedCases, threshold, outcome };
}

/** Shares are compared as counts, so that 4 of 5 is 0.8 whatever the floating point says. */
function outcomeOf(passed: number, errors: number, of: number, threshold: number): Outcome {
  const needed = Math.ceil(of * threshold - 1e-9);
  if (passed >= needed) return 'passed';
  return passed + errors >= needed ? 'error' : 'failed';
}

/** Samples of a prompt that were judged, and passed. */
export function judgedSamples(cases: readonly CaseResult[]): Count {
  return {
    passed: cases.reduce((sum, { passed }) => sum + passed, 0),
    of: cases.reduce((sum, { samples, errors }) => sum + samples.length - errors, 0),
  };
}
