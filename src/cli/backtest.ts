import { resolve } from 'node:path';
import { readYamlFile } from '../adapters/config/read-config-file';
import type { Controller } from '../app/controller';
import { pastRollouts } from '../app/past-rollouts';
import { HISTORY_MS } from '../app/read-history';
import { readPast, type PastRows } from '../app/read-past';
import { resolvePolicy } from '../app/resolve-policy';
import { RampartError } from '../core/errors';
import { formatRoughly, parseDuration } from '../core/policy/duration';
import type { Policy } from '../core/policy/policy';
import type { Rollout } from '../core/rollout/rollout';
import { backtestFigures } from './backtest-figures';
import { renderBacktest } from './backtest-render';
import { CONFIG_OPTION, JSON_OPTION, STATE_OPTION, type CommandSpec } from './command-spec';
import type { Io } from './io';
import { paintFor } from './paint';
import { flagOption, textOption, wholeNumber, type Arguments } from './parse-arguments';
import { patientPorts } from './patient-ports';
import { powerPorts } from './power-ports';
import { targetIfAny } from './target';
import { CommandProblem, configuring, EXIT } from './problem';
import { storedState } from './stored-state';

const DAY_MS = 86_400_000;
/** Bounds the memory: a million generations and scores take about a gigabyte. */
const MOST = { observationPages: 1000, scorePages: 10_000, lookUps: 2000 };

export const BACKTEST: CommandSpec = {
  summary: 'What a policy would have done on the last weeks of data',
  positionals: ['PROMPT'],
  options: {
    policy: { type: 'string', value: 'FILE', help: "Policy to try, YAML or JSON; default the candidate's own" },
    since: { type: 'string', value: 'TIME', help: 'How far back, such as 14d; default 28d' },
    halves: { type: 'string', value: 'N', help: 'Rollouts of a version against itself; default 20' },
    ...STATE_OPTION,
    ...CONFIG_OPTION,
    ...JSON_OPTION,
  },
  async run(args, io) {
    const prompt = args.positionals[0]!;
    const windowMs = sinceOf(args);
    const halves = wholeNumber(textOption(args, 'halves') ?? '20', '--halves');
    const written = writtenPolicy(args, io);
    const ports = await powerPorts(textOption(args, 'state'), textOption(args, 'config'), io);
    const signal = io.interruption();
    const nowMs = io.now();
    const tried = await policyToTry(ports, prompt, written);
    const window = { fromMs: nowMs - windowMs, toMs: nowMs };
    const past = await readRows(patientPorts(ports, io), prompt, tried.policy, window, io);
    const { backtest } = await import('../local/backtest/backtest');
    const result = await backtest({
      prompt,
      past: past.rows,
      window: past.window,
      policy: tried.policy,
      writtenPolicy: tried.written,
      settings: ports.settings,
      rollouts: await rolloutsSince(prompt, past.window.fromMs + HISTORY_MS, args, io),
      halves,
      onProgress: (line) => io.stderr.write(`${line}\n`),
      signal,
    });
    const about = { prompt, policyFrom: tried.from, policy: tried.policy };
    if (flagOption(args, 'json')) io.stdout.write(`${JSON.stringify(backtestFigures(result, about))}\n`);
    else for (const line of renderBacktest(result, about, paintFor(io.stdout))) io.stdout.write(`${line}\n`);
    return signal.aborted ? EXIT.interrupted : EXIT.ok;
  },
};

function sinceOf(args: Arguments): number {
  const text = textOption(args, 'since') ?? '28d';
  const ms = parseDuration(text);
  if (ms !== null && ms >= DAY_MS) return ms;
  throw new CommandProblem('usage', `--since: expected a time of at least 1d, such as 14d, got '${text}'`);
}

/** undefined = none was given. */
function writtenPolicy(args: Arguments, io: Io): { value: unknown; from: string } | undefined {
  const file = textOption(args, 'policy');
  if (file === undefined) return undefined;
  return { value: configuring(() => readYamlFile(resolve(io.cwd, file))), from: file };
}

interface TriedPolicy {
  policy: Policy;
  written: unknown;
  /** A file, or the version whose policy it is. */
  from: string;
}

/** The file's policy, else that of the candidate, else that of the version in production. */
async function policyToTry(
  { langfuse, settings, sha256 }: Pick<Controller, 'langfuse' | 'settings' | 'sha256'>,
  prompt: string,
  given: { value: unknown; from: string } | undefined,
): Promise<TriedPolicy> {
  const stable = await langfuse.versionByLabel(prompt, 'production');
  if (stable === null) {
    throw new RampartError('not_found', `prompt ${prompt}: expected a version with the label production, got none`);
  }
  const owner = (await langfuse.versionByLabel(prompt, settings.candidateLabel)) ?? stable;
  const config = given === undefined ? owner.config : { rollout: given.value };
  const resolved = resolvePolicy({ settings, sha256 }, prompt, config);
  const from = given?.from ?? `version ${owner.version}`;
  if (!resolved.ok) throw new CommandProblem('configuration', `policy of ${from}: ${resolved.problems.join('; ')}`);
  const written = typeof config === 'object' && config !== null && 'rollout' in config ? config.rollout : undefined;
  return { policy: resolved.policy, written, from };
}

interface ReadRows {
  rows: PastRows;
  /** Begins later than what was asked for when there was more than can be held. */
  window: { fromMs: number; toMs: number };
}

async function readRows(
  ports: Pick<Controller, 'langfuse' | 'budget'>,
  prompt: string,
  policy: Policy,
  window: ReadRows['window'],
  io: Io,
): Promise<ReadRows> {
  io.stderr.write(`reading ${formatRoughly(window.toMs - window.fromMs)} of ${prompt}\n`);
  const query = { window, most: MOST, needsScores: (seen: readonly unknown[]) => seen.length > 0 };
  const rows = await readPast(ports, prompt, policy, query, io.now());
  if (rows.rows.length === 0) {
    throw new RampartError(
      'refused',
      `prompt ${prompt}: expected generations in the last ${formatRoughly(window.toMs - window.fromMs)}, got none`,
      {
        hint: 'Counted are generations that the app linked to the prompt.',
      },
    );
  }
  const firstMs = rows.rows.reduce((first, { startMs }) => Math.min(first, startMs), window.toMs);
  io.stderr.write(`${rows.rows.length} generations and ${rows.scores.length} scores read\n`);
  return { rows, window: { fromMs: Math.max(window.fromMs, firstMs), toMs: window.toMs } };
}

/** Rollouts that took place, where a state knows of them. */
async function rolloutsSince(prompt: string, sinceMs: number, args: Arguments, io: Io): Promise<Rollout[]> {
  const target = targetIfAny(textOption(args, 'state'), io);
  if (target === null) return [];
  const state = storedState(target, io);
  const item = await state.store.read(prompt);
  return item === null ? [] : pastRollouts(state, item, sinceMs);
}
