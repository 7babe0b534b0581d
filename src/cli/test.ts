import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { didYouMean } from '../core/policy/did-you-mean';
import type { WholeVersion } from '../core/ports';
import type { PromptDefinition } from '../prompts/definition';
import { inParallel } from '../prompts/in-parallel';
import { compareWithProduction, type ComparisonResult } from '../prompts/test/compare';
import { junitXml } from '../prompts/test/junit';
import { promptResult, type CaseResult } from '../prompts/test/results';
import { runTests, type RunOptions } from '../prompts/test/run-tests';
import { outcomeOf, type TestReport } from '../prompts/test/summary';
import { testMarkdown } from '../prompts/test/test-markdown';
import { CONFIG_OPTION, JSON_OPTION, type CommandSpec } from './command-spec';
import { deployPorts } from './deploy-ports';
import type { Io } from './io';
import { paintFor } from './paint';
import { flagOption, textOption, wholeNumber, type Arguments } from './parse-arguments';
import { CommandProblem, EXIT, type ExitCode } from './problem';
import { progressLine } from './progress-line';
import { readDefinitions } from './prompts-folder';
import { testFigures } from './test-figures';
import { openRecorder, recordReport, type Recorded } from './test-record';
import { openEndpoint } from './test-ports';
import { renderTests } from './test-render';
import { promptsFolder, PROMPTS_OPTION } from './validate';

export const TEST: CommandSpec = {
  summary: 'Run the test cases of the prompts against a model',
  positionals: ['PROMPT?'],
  options: {
    variant: { type: 'string', value: 'NAME', help: 'Only this variant; base = only the base' },
    samples: { type: 'string', value: 'N', help: 'Answers for every case, whatever it says' },
    threshold: { type: 'string', value: 'PERCENT', help: 'Cases of a prompt that must pass, whatever it says' },
    compare: { type: 'boolean', help: 'Run the same cases on the versions in production too; proven worse fails' },
    model: { type: 'string', value: 'NAME', help: "Model for all requests instead of the prompts' own" },
    'embedding-model': {
      type: 'string',
      value: 'NAME',
      help: 'For similar by embedding; default text-embedding-3-small',
    },
    parallel: { type: 'string', value: 'N', help: 'Most answers at a time; default 8' },
    timeout: { type: 'string', value: 'TIME', help: 'Longest time for one answer; default 60s' },
    tries: { type: 'string', value: 'N', help: 'Most tries of a request; default 4' },
    'stand-in': {
      type: 'string',
      value: 'FILE',
      help: 'The shipped stand-in model, by a script, instead of an endpoint',
    },
    record: { type: 'string', value: 'RUN', help: 'Keep the results in Langfuse as dataset runs of this name' },
    markdown: { type: 'boolean', help: 'As a comment on a pull request' },
    junit: { type: 'string', value: 'FILE', help: 'Write the results as JUnit XML too' },
    ...PROMPTS_OPTION,
    ...CONFIG_OPTION,
    ...JSON_OPTION,
  },
  async run(args, io) {
    if (flagOption(args, 'json') && flagOption(args, 'markdown')) {
      throw new CommandProblem('usage', '--markdown: expected no --json beside it, got both');
    }
    const definitions = await readDefinitions(promptsFolder(args, io), io);
    const subjects = chosen(definitions, args);
    const recorder = await openRecorder(args, io);
    const report = await runReport(subjects, definitions, args, io).catch(unlessInterrupted);
    if (report === null) return EXIT.interrupted;
    const recorded = recorder === null ? null : await recordReport(recorder, report, subjects, args, io);
    const junit = textOption(args, 'junit');
    if (junit !== undefined) await writeText(resolve(io.cwd, junit), junit, junitXml(report.results));
    if (flagOption(args, 'json')) io.stdout.write(`${JSON.stringify(testFigures(report, recorded))}\n`);
    else if (flagOption(args, 'markdown')) io.stdout.write(testMarkdown(report));
    else for (const line of renderTests(report, paintFor(io.stdout))) io.stdout.write(`${line}\n`);
    if (recorded !== null) io.stderr.write(`${recordedText(recorded)}\n`);
    const exit = exitCode(report);
    return exit === EXIT.ok ? (recorded?.exit ?? exit) : exit;
  },
};

function recordedText({ run, datasets, problem }: Recorded): string {
  if (problem === null) return `kept in Langfuse as run '${run}' of ${datasets.join(', ') || 'no dataset'}`;
  return `not kept in Langfuse, or in part: ${problem.message}`;
}

/** Ctrl-C ends the requests with an error of its own. */
function unlessInterrupted(error: unknown): null {
  if ((error as Error).name === 'AbortError') return null;
  throw error;
}

async function runReport(
  subjects: readonly PromptDefinition[],
  definitions: readonly PromptDefinition[],
  args: Arguments,
  io: Io,
): Promise<TestReport> {
  const startMs = performance.now();
  const threshold = thresholdOf(args);
  const options = runOptions(args);
  const production = flagOption(args, 'compare') ? await readProduction(subjects, args, io) : null;
  const { endpoint, close } = await openEndpoint(args, io);
  const progress = progressLine(io, 'testing');
  try {
    const run = { ...options, endpoint, onSample: progress.show };
    const cases = await runTests(
      subjects.map((definition) => ({ sendable: definition, tests: definition.tests, prices: definition.prices })),
      definitions,
      run,
    );
    const comparisons = production === null ? null : await compare(subjects, cases, production, definitions, run);
    return {
      results: subjects.map((definition, index) =>
        promptResult(definition, cases[index]!, threshold ?? definition.testThreshold),
      ),
      comparisons,
      tookMs: performance.now() - startMs,
    };
  } finally {
    progress.end();
    await close();
  }
}

async function compare(
  subjects: readonly PromptDefinition[],
  cases: readonly CaseResult[][],
  production: ReadonlyMap<string, WholeVersion | null>,
  definitions: readonly PromptDefinition[],
  run: RunOptions,
): Promise<ComparisonResult[]> {
  const candidates = subjects.map((definition, index) => ({ definition, cases: cases[index]! }));
  const withCases = candidates.filter(({ definition }) => definition.tests.length > 0);
  return compareWithProduction(withCases, production, definitions, run);
}

/** The versions that hold `production` in Langfuse. */
async function readProduction(
  subjects: readonly PromptDefinition[],
  args: Arguments,
  io: Io,
): Promise<ReadonlyMap<string, WholeVersion | null>> {
  const { sync, politeness } = await deployPorts(args, io);
  const names = [...new Set(subjects.map(({ name }) => name))];
  const versions = await inParallel(names, politeness.parallel, (name) => sync.wholeVersionByLabel(name, 'production'));
  return new Map(names.map((name, index) => [name, versions[index] ?? null]));
}

function chosen(definitions: readonly PromptDefinition[], args: Arguments): readonly PromptDefinition[] {
  const [name] = args.positionals;
  const named = name === undefined ? definitions : definitions.filter((definition) => definition.name === name);
  if (named.length === 0 && name !== undefined) {
    const hint = didYouMean(name, [...new Set(definitions.map((definition) => definition.name))]);
    throw new CommandProblem('usage', `PROMPT: expected a prompt of this folder, got '${name}'${hint}`);
  }
  const variant = textOption(args, 'variant');
  if (variant === undefined) return named;
  const found = named.filter((definition) => (definition.variant ?? 'base') === variant);
  if (found.length > 0) return found;
  const known = [...new Set(named.map((definition) => definition.variant ?? 'base'))];
  throw new CommandProblem(
    'usage',
    `--variant: expected one of ${known.join(', ')}, got '${variant}'${didYouMean(variant, known)}`,
  );
}

function runOptions(args: Arguments): Omit<RunOptions, 'endpoint' | 'onSample'> {
  const samples = textOption(args, 'samples');
  return {
    parallel: wholeNumber(textOption(args, 'parallel') ?? '8', '--parallel'),
    model: textOption(args, 'model') ?? null,
    embeddingModel: textOption(args, 'embedding-model') ?? 'text-embedding-3-small',
    samples: samples === undefined ? null : wholeNumber(samples, '--samples'),
  };
}

/** 0..1; null = each prompt's own. */
function thresholdOf(args: Arguments): number | null {
  const text = textOption(args, 'threshold');
  if (text === undefined) return null;
  const percent = wholeNumber(text, '--threshold');
  if (percent <= 100) return percent / 100;
  throw new CommandProblem('usage', `--threshold: expected a percentage from 1 to 100, got '${text}'`);
}

function exitCode(report: TestReport): ExitCode {
  return { passed: EXIT.ok, failed: EXIT.failed, error: EXIT.unreachable }[outcomeOf(report)];
}

async function writeText(path: string, name: string, text: string): Promise<void> {
  await writeFile(path, text).catch((error: NodeJS.ErrnoException) => {
    throw new CommandProblem(
      'configuration',
      `--junit ${name}: expected a file that can be written, got ${error.code}`,
    );
  });
}
