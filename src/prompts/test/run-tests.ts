import { isRampartError } from '../../core/errors';
import type { ModelEndpoint } from '../../core/model-endpoint';
import type { PromptDefinition, TestCase, TokenPrices } from '../definition';
import { inParallel } from '../in-parallel';
import { assertAnswer, costUsd } from './assertions';
import { compile, requestFor, type Sendable } from './compile';
import { judgesFor } from './judges';
import { caseResult, type CaseResult, type SampleResult } from './results';

/** How cases are run. */
export interface RunOptions {
  endpoint: ModelEndpoint;
  /** Most samples at a time. */
  parallel: number;
  /** Model for all requests; null: each prompt's own. */
  model: string | null;
  embeddingModel: string;
  /** Answers per case; null: as the case says. */
  samples: number | null;
  onSample: (done: number, of: number) => void;
}

/** A prompt and the cases that it is run with. */
export interface Subject {
  sendable: Sendable;
  tests: readonly TestCase[];
  prices: TokenPrices | undefined;
}

/**
 * Runs the cases of all subjects, their samples in parallel.
 * @param definitions of the folder, for references and judges
 * @returns the cases of each subject, in order
 * @throws RampartError `provider_auth` at once: no sample would be answered
 */
export async function runTests(
  subjects: readonly Subject[],
  definitions: readonly PromptDefinition[],
  options: RunOptions,
): Promise<CaseResult[][]> {
  const judges = judgesFor({ ...options, definitions });
  const tasks = subjects.flatMap((subject) =>
    subject.tests.flatMap((test) => Array.from({ length: options.samples ?? test.samples }, () => ({ subject, test }))),
  );
  let done = 0;
  options.onSample(done, tasks.length);
  const results = await inParallel(tasks, options.parallel, async ({ subject, test }) => {
    const result = await runSample(subject, test, definitions, judges, options);
    options.onSample(++done, tasks.length);
    return { subject, test, result };
  });
  return subjects.map((subject) =>
    subject.tests.map((test) => {
      const own = results.filter((each) => each.subject === subject && each.test === test);
      return caseResult(
        test,
        own.map(({ result }) => result),
      );
    }),
  );
}

async function runSample(
  { sendable, prices }: Subject,
  test: TestCase,
  definitions: readonly PromptDefinition[],
  judges: ReturnType<typeof judgesFor>,
  { endpoint, model }: RunOptions,
): Promise<SampleResult> {
  let sample: SampleResult = {
    answer: null,
    asserted: [],
    error: null,
    latencyMs: null,
    promptTokens: null,
    completionTokens: null,
    costUsd: null,
  };
  try {
    const messages = compile(sendable.body, test, definitions);
    const { text, ...measured } = await endpoint.complete(requestFor(sendable, messages, model));
    const answer = { text, ...measured };
    sample = { ...sample, ...measured, answer: text, costUsd: costUsd(answer, prices) };
    const own = judges(sendable, messages);
    const asserted = [];
    for (const assertion of test.assertions) asserted.push(await assertAnswer(assertion, answer, prices, own));
    return { ...sample, asserted };
  } catch (error) {
    if (isRampartError(error, 'provider_auth') || (error as Error).name === 'AbortError') throw error;
    return { ...sample, error: (error as Error).message };
  }
}
