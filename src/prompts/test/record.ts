import { isRampartError } from '../../core/errors';
import type { RecordedCase, RecordedSample, RunPlace, TestRecorder } from '../../core/test-recorder';
import type { PromptDefinition, TestCase } from '../definition';
import { sha256 } from '../hash';
import { inParallel } from '../in-parallel';
import { waitBefore, type Politeness } from '../remote/polite-sync';
import { isPassed, type CaseResult, type SampleResult } from './results';

/** What is recorded of one prompt. */
export interface RecordedPrompt {
  definition: PromptDefinition;
  cases: readonly CaseResult[];
  /** The model that was asked; null where none is named. */
  model: string | null;
}

/** Traces a request. */
const BATCH = 100;

/** The dataset of a prompt's cases; its variants have the same. */
export function datasetOf({ name }: PromptDefinition): string {
  return `rampart/${name}`;
}

/**
 * Keeps what a run found: a dataset for each prompt, an item for each case, and for each answer a trace in the run with the
 * score `passed`. A variant's run has its name behind it.
 * @param run names the runs
 * @param nowMs when the answers had come
 * @returns the datasets
 */
export async function recordRun(
  recorder: TestRecorder,
  prompts: readonly RecordedPrompt[],
  run: string,
  nowMs: number,
  politeness: Politeness,
): Promise<string[]> {
  const safely = <Item, Result>(items: readonly Item[], save: (item: Item) => Promise<Result>): Promise<Result[]> =>
    inParallel(items, politeness.parallel, (item) => repeated(() => save(item), politeness));
  const names = [...new Set(prompts.map(({ definition }) => datasetOf(definition)))];
  const ids = await safely(names, (dataset) => recorder.saveDataset(dataset, 'Test cases of rampart test'));
  const datasetIds = new Map(names.map((name, index) => [name, ids[index]!]));
  const cases = prompts.flatMap(({ definition }) => definition.tests.map((test) => ({ definition, test })));
  await safely(cases, ({ definition, test }) =>
    recorder.saveCase(datasetOf(definition), recordedCase(definition, test)),
  );
  const samples = prompts.flatMap((prompt) => samplesOf(prompt, run, nowMs, datasetIds));
  const runIds = await linked(recorder, samples, safely);
  const placed = samples.map((sample, index) => ({ ...sample, runId: runIds[index] ?? sample.runId }));
  for (let start = 0; start < placed.length; start += BATCH) {
    const batch = placed.slice(start, start + BATCH);
    await repeated(() => recorder.saveTraces(batch), politeness, isNotCarriedOut);
  }
  await safely(placed, (sample) => recorder.saveScore(sample));
  return names;
}

type PlacedSample = RecordedSample & RunPlace;

/** The first sample tells whether the server has runs to be linked with. */
async function linked(
  recorder: TestRecorder,
  [first, ...rest]: readonly PlacedSample[],
  safely: <Item, Result>(items: readonly Item[], save: (item: Item) => Promise<Result>) => Promise<Result[]>,
): Promise<readonly (string | null)[]> {
  if (first === undefined) return [];
  const link = (sample: PlacedSample): Promise<string | null> => recorder.addToRun(sample.run, sample);
  const [runId = null] = await safely([first], link);
  return runId === null ? [] : [runId, ...(await safely(rest, link))];
}

/** Only a refusal is known to have done nothing. */
function isNotCarriedOut(error: unknown): boolean {
  return isRampartError(error, 'provider_rate_limited');
}

async function repeated<Result>(
  save: () => Promise<Result>,
  politeness: Politeness,
  isSafe: (error: unknown) => boolean = () => true,
): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await save();
    } catch (error) {
      const waitMs = isSafe(error) ? waitBefore(error, attempt, politeness) : null;
      if (waitMs === null) throw error;
      await politeness.wait(waitMs);
    }
  }
}

function recordedCase(
  definition: PromptDefinition,
  { name, variables, placeholders, assertions }: TestCase,
): RecordedCase {
  return {
    id: caseId(definition, name),
    input: inputOf({ variables, placeholders }),
    expected: assertions,
    metadata: { case: name },
  };
}

/** A case is known by its prompt and its name, in every run. */
function caseId({ name: prompt }: PromptDefinition, name: string): string {
  return `rampart-${idOf([prompt, name], 40)}`;
}

function inputOf({ variables, placeholders }: Pick<TestCase, 'variables' | 'placeholders'>): object {
  return Object.keys(placeholders).length === 0 ? variables : { variables, placeholders };
}

function samplesOf(
  { definition, cases, model }: RecordedPrompt,
  run: string,
  nowMs: number,
  datasetIds: ReadonlyMap<string, string>,
): PlacedSample[] {
  const { name, variant, tests } = definition;
  const runName = variant === null ? run : `${run} (${variant})`;
  return cases.flatMap((result) => {
    const test = tests.find((each) => each.name === result.name)!;
    return result.samples.map((sample, index) => ({
      traceId: idOf([runName, nowMs, name, result.name, index], 32),
      caseId: caseId(definition, result.name),
      name: `rampart test: ${result.name}`,
      input: inputOf(test),
      output: sample.answer,
      passed: isPassed(sample),
      comment: commentOf(sample),
      startMs: nowMs - Math.round(sample.latencyMs ?? 0),
      endMs: nowMs,
      model,
      promptTokens: sample.promptTokens,
      completionTokens: sample.completionTokens,
      run: runName,
      runId: idOf([runName, nowMs, name], 16),
      datasetId: datasetIds.get(datasetOf(definition))!,
    }));
  });
}

function idOf(parts: readonly unknown[], digits: number): string {
  return sha256(JSON.stringify(parts)).slice(0, digits);
}

function commentOf({ error, asserted }: SampleResult): string {
  return error ?? asserted.flatMap(({ passed, said }) => (passed ? [] : [said])).join('\n');
}
