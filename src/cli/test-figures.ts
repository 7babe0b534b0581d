import type { ComparisonResult } from '../prompts/test/compare';
import { isPassed, type CaseResult, type PromptResult, type SampleResult } from '../prompts/test/results';
import { outcomeOf, totals, type TestReport } from '../prompts/test/summary';
import type { Recorded } from './test-record';

/** The report for programs; docs/cli.md names its parts. */
export function testFigures(report: TestReport, recorded: Recorded | null): unknown {
  return {
    outcome: outcomeOf(report),
    ...totals(report),
    tookMs: Math.round(report.tookMs),
    prompts: report.results.map(promptFigures),
    comparisons: report.comparisons?.map(comparisonFigures) ?? null,
    recorded: recorded === null ? null : { run: recorded.run, datasets: recorded.datasets, problem: recorded.problem },
  };
}

function promptFigures({ name, variant, semver, outcome, passedCases, threshold, cases }: PromptResult): unknown {
  return { prompt: name, variant, version: semver, outcome, passedCases, threshold, cases: cases.map(caseFigures) };
}

function caseFigures({ name, place, outcome, passed, errors, passRate, interval, samples }: CaseResult): unknown {
  return {
    name,
    file: place.file,
    line: place.line,
    outcome,
    passed,
    errors,
    passRate,
    interval: interval === null ? null : [interval.low, interval.high],
    samples: samples.map(sampleFigures),
  };
}

function sampleFigures(sample: SampleResult): unknown {
  const { answer, error, asserted, latencyMs, promptTokens, completionTokens, costUsd } = sample;
  return {
    passed: isPassed(sample),
    answer,
    error,
    assertions: asserted,
    latencyMs: latencyMs === null ? null : Math.round(latencyMs),
    promptTokens,
    completionTokens,
    costUsd,
  };
}

function comparisonFigures({ name, variant, production, outcome, difference, shares }: ComparisonResult): unknown {
  return {
    prompt: name,
    variant,
    production,
    outcome,
    difference: difference?.value ?? null,
    interval: difference === null ? null : [difference.low, difference.high],
    shares,
  };
}
