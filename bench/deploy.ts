import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Io } from '../src/cli/io';
import { main } from '../src/cli/main';
import { benchName, benchText, startPromptsProcess, type PromptsProcess } from './prompts-process';
import { table, whole } from './table';

const PROMPTS = 500;
const VERSIONS = 5;
const CHANGED = 3;
const LATENCY_MS = 50;

interface Cost {
  what: string;
  requests: number;
  ms: number;
  cpuMs: number;
}

/**
 * What `plan` and `deploy` of many prompts cost, of which few changed, where every request takes a while.
 * @returns a Markdown section
 */
export async function deployBench(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rampart-bench-'));
  const langfuse = await startPromptsProcess({ prompts: PROMPTS, versions: VERSIONS, latencyMs: LATENCY_MS });
  try {
    for (let index = 0; index < PROMPTS; index++) await writePrompt(folder, index);
    const costs = [
      await measure('plan', ['plan'], folder, langfuse),
      await measure('deploy', ['deploy'], folder, langfuse),
      await measure('deploy again', ['deploy'], folder, langfuse),
    ];
    const rows = costs.map(({ what, requests, ms, cpuMs }) => [what, whole(requests), whole(ms), whole(cpuMs)]);
    return [
      `## ${PROMPTS} prompts of ${VERSIONS} versions, ${CHANGED} of them changed, ${LATENCY_MS} ms a request`,
      table(['', 'requests', 'ms', 'processor ms'], rows),
    ].join('\n\n');
  } finally {
    await langfuse.close();
    await rm(folder, { recursive: true });
  }
}

async function writePrompt(folder: string, index: number): Promise<void> {
  const path = join(folder, 'prompts', `${benchName(index)}.md`);
  const version = index < CHANGED ? VERSIONS + 1 : VERSIONS;
  const front = [
    '---',
    `name: ${benchName(index)}`,
    'version: 1.0.0',
    'variables: [question]',
    'config: { model: m }',
    '---',
  ];
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, [...front, '', benchText(index, version), ''].join('\n'));
}

async function measure(what: string, argv: string[], cwd: string, langfuse: PromptsProcess): Promise<Cost> {
  await langfuse.requests();
  const cpu = process.cpuUsage();
  const startedMs = performance.now();
  const exit = await main(argv, silentIo(cwd, langfuse));
  const ms = performance.now() - startedMs;
  const { user, system } = process.cpuUsage(cpu);
  if (exit !== 0) throw new Error(`${what} ended with ${exit}`);
  return { what, requests: await langfuse.requests(), ms, cpuMs: (user + system) / 1000 };
}

function silentIo(cwd: string, { baseUrl, publicKey, secretKey }: PromptsProcess): Io {
  const output = { write: () => {}, color: false };
  return {
    stdout: output,
    stderr: output,
    env: { LANGFUSE_BASE_URL: baseUrl, LANGFUSE_PUBLIC_KEY: publicKey, LANGFUSE_SECRET_KEY: secretKey },
    cwd,
    user: 'bench',
    now: Date.now,
    open: () => {},
    interruption: () => new AbortController().signal,
  };
}
