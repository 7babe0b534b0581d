import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseDuration } from '../core/policy/duration';
import { runDemo as runEmbedded, type DemoResult } from '../local/embedded/run-demo';
import { fileScenario, shippedScenario, type Scenario } from '../local/embedded/demo-scenario';
import { replay, type ReplayRun } from '../local/replay/replay';
import {
  answersOf,
  readScoreTable,
  summarise,
  type ScoreTable,
  type VariantSummary,
} from '../local/scores/score-table';
import type { ComparisonView } from '../core/comparison/view';
import type { Inspection } from '../app/inspect-rollout';
import type { Io } from './io';
import { flagOption, parseArguments, textOption, wholeNumber, type Arguments, type Options } from './parse-arguments';
import { paintFor } from './paint';
import { CommandProblem, configuring, EXIT } from './problem';
import { renderInspection } from './render-inspection';
import { columns } from './table';

/** Options of `rampart demo`. */
export const DEMO_OPTIONS: Options = {
  scores: {
    type: 'string',
    value: 'FILE',
    help: 'CSV of judge scores: variant, instruction, judge_preference, output_chars',
  },
  stable: { type: 'string', value: 'NAME', help: 'variant that plays the stable version' },
  candidate: { type: 'string', value: 'NAME', help: 'variant that plays the candidate' },
  'users-per-day': { type: 'string', value: 'N', help: 'users who visit, each once (default 2000)' },
  days: { type: 'string', value: 'N', help: 'simulated days after which a rollout counts as held (default 7)' },
  seeds: { type: 'string', value: 'K', help: 'repeat headless with the seeds 1 to K, without the watch' },
  seed: { type: 'string', value: 'S', help: 'seed of the embedded run (default 1)' },
  tick: { type: 'string', value: 'TIME', help: 'simulated time between ticks (default 30m; with --seeds 15m)' },
  out: {
    type: 'string',
    value: 'DIR',
    help: 'where report, alerts and mail are written (default: a new temporary folder)',
  },
  json: { type: 'boolean', help: 'one JSON object on stdout and nothing else' },
};

/** What `--json` prints of a replay; stable. */
interface ReplayOutput {
  runs: ReplayRun[];
  variants: Record<string, VariantSummary>;
}

const HOUR_MS = 3_600_000;

/** `rampart demo`: the main job on embedded stand-ins, or a headless replay of judge scores. @returns the exit code */
export async function runDemo(argv: string[], io: Io): Promise<number> {
  const args = parseArguments('demo', DEMO_OPTIONS, argv);
  if (args.positionals.length > 0) {
    throw new CommandProblem('usage', `rampart demo takes no arguments, got '${args.positionals[0]}'`);
  }
  const file = textOption(args, 'scores');
  const table = file === undefined ? null : await readTable(resolve(io.cwd, file), file);
  const variants = variantsOf(args, table);
  if (textOption(args, 'seeds') === undefined) return runInSight(args, io, table, variants);
  if (table === null || variants === null) throw new CommandProblem('usage', '--seeds needs --scores FILE');
  return runHeadless(args, io, table, variants);
}

async function readTable(path: string, name: string): Promise<ScoreTable> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new CommandProblem(
      'configuration',
      `--scores ${name}: expected a readable file, got ${error.code ?? error.message}`,
    );
  });
  return configuring(() => readScoreTable(text, name));
}

function variantsOf(args: Arguments, table: ScoreTable | null): { stable: string; candidate: string } | null {
  const stable = textOption(args, 'stable');
  const candidate = textOption(args, 'candidate');
  if (table === null) {
    if (stable === undefined && candidate === undefined) return null;
    throw new CommandProblem('usage', '--stable and --candidate name variants of a file: --scores FILE is missing');
  }
  if (stable === undefined || candidate === undefined) {
    throw new CommandProblem(
      'usage',
      `--scores needs --stable NAME and --candidate NAME: ${[...table.keys()].join(', ')}`,
    );
  }
  configuring(() => [answersOf(table, stable), answersOf(table, candidate)]);
  return { stable, candidate };
}

function number(args: Arguments, name: string, otherwise: number): number {
  const text = textOption(args, name);
  return text === undefined ? otherwise : wholeNumber(text, `--${name}`);
}

function tickEveryMs(args: Arguments, otherwise: string): number {
  const text = textOption(args, 'tick') ?? otherwise;
  const tickMs = parseDuration(text);
  if (tickMs === null || tickMs < 60_000) {
    throw new CommandProblem('usage', `--tick: expected a time of at least 1m, such as 15m, got '${text}'`);
  }
  return tickMs;
}

async function runHeadless(
  args: Arguments,
  io: Io,
  table: ScoreTable,
  { stable, candidate }: { stable: string; candidate: string },
): Promise<number> {
  const seeds = number(args, 'seeds', 1);
  const runs: ReplayRun[] = [];
  const interruption = io.interruption();
  for (let seed = 1; seed <= seeds; seed++) {
    if (interruption.aborted) return EXIT.interrupted;
    const run = await replay({
      seed,
      stable: answersOf(table, stable),
      candidate: answersOf(table, candidate),
      usersPerDay: number(args, 'users-per-day', 2000),
      days: number(args, 'days', 7),
      tickEveryMs: tickEveryMs(args, '15m'),
    });
    runs.push(run);
    io.stderr.write(
      `seed ${seed} of ${seeds}: ${run.outcome} after ${run.hours} h, ${run.exposedUnits} users exposed\n`,
    );
  }
  const output: ReplayOutput = { runs, variants: summaries(table, [stable, candidate]) };
  io.stdout.write(flagOption(args, 'json') ? `${JSON.stringify(output)}\n` : renderReplay(output));
  return EXIT.ok;
}

function summaries(table: ScoreTable, names: readonly string[]): ReplayOutput['variants'] {
  return Object.fromEntries(names.map((name) => [name, summarise(answersOf(table, name))]));
}

function renderReplay({ runs, variants }: ReplayOutput): string {
  const counts = new Map<string, number>();
  for (const { outcome } of runs) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  const percent = (share: number | null): string => (share === null ? '-' : (100 * share).toFixed(4));
  const lines = [
    '',
    ...columns([
      ['seed', 'outcome', 'hours', 'exposed', 'reason'],
      ...runs.map((run) => [`${run.seed}`, run.outcome, `${run.hours}`, `${run.exposedUnits}`, run.reason]),
    ]),
    '',
    [...counts].map(([outcome, n]) => `${outcome} ${n} of ${runs.length}`).join(', '),
    ...Object.entries(variants).map(
      ([name, { n, mean, standardError }]) => `${name}: ${percent(mean)} ± ${percent(standardError)} % of ${n} answers`,
    ),
  ];
  return `${lines.join('\n')}\n`;
}

async function runInSight(
  args: Arguments,
  io: Io,
  table: ScoreTable | null,
  variants: { stable: string; candidate: string } | null,
): Promise<number> {
  const size = { usersPerDay: number(args, 'users-per-day', 2000), seed: number(args, 'seed', 1) };
  const scenario = table === null || variants === null ? shippedScenario(size) : fileScenario(table, variants, size);
  const given = textOption(args, 'out');
  const tickMs = tickEveryMs(args, '30m');
  const days = number(args, 'days', 7);
  const outDir = given === undefined ? await mkdtemp(join(tmpdir(), 'rampart-demo-')) : resolve(io.cwd, given);
  const interruption = io.interruption();
  const isJson = flagOption(args, 'json');
  const progress = isJson ? io.stderr : io.stdout;
  progress.write(`${introduction(scenario, size.usersPerDay)}\n\n`);
  const result = await runEmbedded({
    outDir,
    scenario,
    days,
    tickEveryMs: tickMs,
    progressEveryMs: 3 * HOUR_MS,
    show: (inspection, nowMs) => progress.write(`${progressLine(inspection, nowMs, io)}\n`),
    showComparison: (view, nowMs) => progress.write(`${comparisonLine(view, nowMs)}\n`),
    log: (event) => {
      if (event.level === 'error') io.stderr.write(`${JSON.stringify(event)}\n`);
    },
    isInterrupted: () => interruption.aborted,
  });
  if (result === null) {
    if (given === undefined) await rm(outDir, { recursive: true, force: true });
    io.stderr.write('interrupted: every stand-in is stopped\n');
    return EXIT.interrupted;
  }
  if (!isJson) io.stdout.write(conclusion(result, outDir, io));
  else if (table === null || variants === null) io.stdout.write(`${JSON.stringify({ ...result, outDir })}\n`);
  else io.stdout.write(`${JSON.stringify(replayOutput(result, table, variants, size.seed))}\n`);
  return EXIT.ok;
}

/** The form of a headless replay, also for the one run in sight. */
function replayOutput(
  { prompts }: DemoResult,
  table: ScoreTable,
  { stable, candidate }: { stable: string; candidate: string },
  seed: number,
): ReplayOutput {
  const runs = prompts.map(({ outcome, exposedUnits, hours, reason }) => ({
    seed,
    outcome,
    exposedUnits,
    hours,
    reason,
  }));
  return { runs, variants: summaries(table, [stable, candidate]) };
}

function introduction({ prompts, compared }: Scenario, usersPerDay: number): string {
  const lines = prompts.map(
    ({ prompt, stable, candidate }) => `  ${prompt}: ${stable} is stable, ${candidate} is the candidate`,
  );
  return [
    `Embedded stand-ins on loopback, real judge scores, ${usersPerDay} users a day for each prompt, a week in fast motion:`,
    ...lines,
    ...(compared === null
      ? []
      : [`  ${compared.prompt}: ${compared.stable} and ${compared.candidate} are compared at even shares`]),
    'First the controller reads a week of history; then the candidates get their label.',
    'Each line: simulated time, prompt, state, share of the traffic, units in this step, each guardrail: difference (bounds) verdict.',
  ].join('\n');
}

function timeText(nowMs: number): string {
  return new Date(nowMs).toLocaleString('en-GB', {
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    timeZone: 'UTC',
  });
}

function comparisonLine({ prompt, state, arms, sentence }: ComparisonView, nowMs: number): string {
  const [, variant] = arms;
  const units = arms.reduce((sum, arm) => sum + arm.units, 0);
  const figures = state === 'running' ? `${variant?.name} ${variant?.difference}, ${units} units` : sentence;
  return `${timeText(nowMs)}  ${prompt.padEnd(14)}  comparison ${state.replaceAll('_', ' ')}: ${figures}`;
}

function progressLine(inspection: Inspection, nowMs: number, io: Io): string {
  return `${timeText(nowMs)}  ${inspection.rollout.prompt.padEnd(14)}  ${renderInspection(inspection, paintFor(io.stdout))}`;
}

function conclusion(result: DemoResult, outDir: string, io: Io): string {
  const paint = paintFor(io.stdout);
  const lines = result.prompts.flatMap((prompt) => [
    `${paint('strong', prompt.prompt)}: ${paint(prompt.outcome === 'rolled_back' ? 'bad' : 'good', prompt.outcome)} after ${prompt.hours} h, ${prompt.exposedUnits} users were exposed to the candidate`,
    `  ${prompt.reason}`,
  ]);
  const { comparison } = result;
  if (comparison !== null) {
    lines.push(`${paint('strong', comparison.prompt)}: comparison ${comparison.state.replaceAll('_', ' ')}`);
    lines.push(`  ${comparison.sentence}`);
  }
  return [
    '',
    ...lines,
    '',
    `${result.ticks} ticks; the report of ${result.week}, the alerts and the mails are in`,
    `  ${outDir}`,
    ...result.files.map((file) => `  - ${file}`),
    '',
  ].join('\n');
}
