import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { loadPrompts } from '../src/prompts/load/load-prompts';
import { median, table, whole } from './table';

const PROMPTS = 500;
const RUNS = 7;

const ROOT = join(__dirname, '..');
const BUILT = join(ROOT, 'node_modules', '.cache', 'rampart-bench', 'cli.cjs');

/** Prints the process's own time when it ends. */
const METER = `process.on('exit', () => { const { user, system } = process.cpuUsage(); process._rawDebug(String((user + system) / 1000)); });`;

interface Cost {
  ms: number;
  cpuMs: number;
}

/**
 * What `rampart validate` of many text prompts costs, as an installed package runs it: process, loading and git included.
 * @returns a Markdown section
 */
export async function validateBench(): Promise<string> {
  const top = mkdtempSync(join(tmpdir(), 'rampart-bench-'));
  try {
    writeRepository(top);
    await build({
      entryPoints: [join(ROOT, 'bin', 'rampart.ts')],
      outfile: BUILT,
      format: 'cjs',
      bundle: true,
      packages: 'external',
      platform: 'node',
    });
    const meter = join(top, 'meter.cjs');
    writeFileSync(meter, METER);
    const command = (...argv: string[]): Cost => middle(() => runCommand(meter, argv, top));
    const [nothing, working, staged] = [command('--version'), command('validate'), command('validate', '--staged')];
    const inside = await middleLater(() => loadOnce(join(top, 'prompts')));
    const row = (what: string, { ms, cpuMs }: Cost): string[] => [what, whole(ms), whole(cpuMs)];
    return [
      `## ${PROMPTS} text prompts validated`,
      table(
        ['', 'ms', 'processor ms'],
        [
          row('`rampart --version`', nothing),
          row('`rampart validate`', working),
          row('`rampart validate --staged`', staged),
          row('loading and checking alone, warm', inside),
        ],
      ),
    ].join('\n\n');
  } finally {
    rmSync(top, { recursive: true, force: true });
  }
}

/** Prompts of some length with variables, a config, a test case and now and then a reference, committed with their lock. */
function writeRepository(top: string): void {
  mkdirSync(join(top, 'prompts', 'configs'), { recursive: true });
  writeFileSync(join(top, 'prompts', 'configs', 'base.yaml'), 'config: { model: m, temperature: 0 }\n');
  for (let index = 0; index < PROMPTS; index++) writeFileSync(join(top, 'prompts', `p${index}.md`), promptText(index));
  const git = (...args: string[]): void =>
    void execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], {
      cwd: top,
      stdio: 'ignore',
    });
  git('init', '-q');
  const { status, stdout } = spawnSync(process.execPath, [join(ROOT, 'bin', 'rampart.mjs'), 'validate', '--write'], {
    cwd: top,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`validate --write ended with ${status}: ${stdout}`);
  git('add', '-A');
  git('commit', '-qm', 'Prompts');
}

function promptText(index: number): string {
  const reference = index % 10 === 9 ? `\n@@@langfusePrompt:name=team/p${index - 1}|version=1@@@\n` : '';
  return `---
name: team/p${index}
version: 1.0.${index}
extends: base
description: Prompt ${index} of many.
tags: [team, bench]
variables: [question, context]
tests:
  - name: answers
    variables: { question: How long?, context: 'Thirty days.' }
    assert:
      - contains: '30'
      - maxCharacters: 500
---

You answer question ${index} from the context and from nothing else.
${'Say what follows from it, and say so when it does not tell.\n'.repeat(20)}${reference}
Context: {{context}}

Question: {{question}}
`;
}

function runCommand(meter: string, argv: readonly string[], cwd: string): Cost {
  const startMs = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, ['-r', meter, BUILT, ...argv], {
    cwd,
    encoding: 'utf8',
  });
  const ms = performance.now() - startMs;
  if (status !== 0) throw new Error(`rampart ${argv.join(' ')} ended with ${status}: ${stdout}${stderr}`);
  return { ms, cpuMs: Number(stderr.trim()) };
}

async function loadOnce(folder: string): Promise<Cost> {
  const [startMs, before] = [performance.now(), process.cpuUsage()];
  const { problems } = await loadPrompts(folder);
  if (problems.length > 0) throw new Error(problems[0]!.message);
  const { user, system } = process.cpuUsage(before);
  return { ms: performance.now() - startMs, cpuMs: (user + system) / 1000 };
}

function middle(run: () => Cost): Cost {
  const costs = Array.from({ length: RUNS }, run);
  return { ms: median(costs.map(({ ms }) => ms)), cpuMs: median(costs.map(({ cpuMs }) => cpuMs)) };
}

async function middleLater(run: () => Promise<Cost>): Promise<Cost> {
  const costs: Cost[] = [];
  for (let index = 0; index < RUNS; index++) costs.push(await run());
  return middle(() => costs.pop()!);
}
