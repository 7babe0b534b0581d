import { caseResult, promptResult, type PromptResult, type SampleResult } from '../../../src/prompts/test/results';
import type { PromptDefinition } from '../../../src/prompts/definition';

const PLACE = { file: 'prompts/a.md', line: 5, column: 3 };

/** An answer that passed, or failed with this complaint, or could not be judged. */
export function sample(answer: string | null, said: string | null = null, error: string | null = null): SampleResult {
  return {
    answer,
    asserted: error === null ? [{ kind: 'contains', passed: said === null, said: said ?? '' }] : [],
    error,
    latencyMs: answer === null ? null : 120,
    promptTokens: answer === null ? null : 10,
    completionTokens: answer === null ? null : 5,
    costUsd: answer === null ? null : 0.001,
  };
}

/** A prompt whose cases have these samples. */
export function result(cases: Readonly<Record<string, readonly SampleResult[]>>, threshold = 0.8): PromptResult {
  const definition = { name: 'support/answer', variant: null, semver: '1.2.0' } as PromptDefinition;
  const results = Object.entries(cases).map(([name, samples]) =>
    caseResult({ name, place: PLACE, passRate: 0.8 }, samples),
  );
  return promptResult(definition, results, threshold);
}
