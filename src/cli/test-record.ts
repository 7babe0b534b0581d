import { createTestRecorder } from '../adapters/langfuse/test-recorder';
import type { TestRecorder } from '../core/test-recorder';
import type { PromptDefinition } from '../prompts/definition';
import type { Politeness } from '../prompts/remote/polite-sync';
import { recordRun } from '../prompts/test/record';
import type { TestReport } from '../prompts/test/summary';
import { politenessOf, userConfig } from './deploy-ports';
import type { Io } from './io';
import { textOption, type Arguments } from './parse-arguments';
import { CommandProblem, configuring, errorFacts, EXIT, exitCodeOf, type ErrorFacts, type ExitCode } from './problem';

/** Where results are kept, known before anything is asked of a model. */
export interface OpenRecorder {
  run: string;
  recorder: TestRecorder;
  politeness: Politeness;
}

/** What was kept, or why not. */
export interface Recorded {
  run: string;
  datasets: readonly string[];
  problem: ErrorFacts | null;
  exit: ExitCode;
}

/** The recorder that `--record` asks for; null without it. */
export async function openRecorder(args: Arguments, io: Io): Promise<OpenRecorder | null> {
  const run = textOption(args, 'record');
  if (run === undefined) return null;
  if (run.trim() === '' || run.length > 200) {
    throw new CommandProblem('usage', `--record: expected a name of 1 to 200 characters, got '${run.slice(0, 50)}'`);
  }
  const { access, config } = await userConfig(null, textOption(args, 'config'), io);
  const recorder = configuring(() => createTestRecorder({ ...access, timeoutMs: config.langfuse.timeoutMs }));
  return { run, recorder, politeness: politenessOf(io) };
}

/** Keeps a report. What goes wrong is told beside it: the results are there all the same. */
export async function recordReport(
  { run, recorder, politeness }: OpenRecorder,
  report: TestReport,
  subjects: readonly PromptDefinition[],
  args: Arguments,
  io: Io,
): Promise<Recorded> {
  const prompts = subjects.map((definition, index) => ({
    definition,
    cases: report.results[index]!.cases,
    model: modelOf(definition, args),
  }));
  const withCases = prompts.filter(({ cases }) => cases.length > 0);
  try {
    return {
      run,
      datasets: await recordRun(recorder, withCases, run, io.now(), politeness),
      problem: null,
      exit: EXIT.ok,
    };
  } catch (error) {
    return { run, datasets: [], problem: errorFacts(error), exit: exitCodeOf(error) };
  }
}

function modelOf({ config }: PromptDefinition, args: Arguments): string | null {
  const model = textOption(args, 'model') ?? config['model'];
  return typeof model === 'string' ? model : null;
}
