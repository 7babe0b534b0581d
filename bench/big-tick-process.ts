import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLangfuse } from '../src/adapters/langfuse/create-langfuse';
import { folderObjectStore } from '../src/adapters/local/folder-object-store';
import { pageCache } from '../src/app/evidence/page-cache';
import { readEvidence } from '../src/app/evidence/read-evidence';
import { rolloutExperiment } from '../src/core/rollout/rollout-experiment';
import { createLangfuseData } from '../src/local/langfuse/data';
import { memoryController } from '../src/local/replay/replay';
import type { LangfuseAddress } from './langfuse-process';
import { PROMPT } from './rows';
import { benchRollout } from './subject';

/*
 * The process of the big tick: ticks over everything the given server has, each from an empty folder, and each followed by
 * nothing but fetching and parsing the same pages. The first of each is not among those that are compared: it is slower,
 * because what it runs is not compiled yet.
 */

const CACHE_BYTES = 8 * 1024 * 1024;

export interface BigTickWanted {
  server: LangfuseAddress;
  nowMs: number;
  rows: number;
  repeats: number;
}

export interface BigTickTimes {
  firstTickMs: number;
  tickMs: number[];
  fetchMs: number[];
  /** Processor time of this process alone, without the server's: steadier on a busy machine. */
  tickCpuMs: number[];
  fetchCpuMs: number[];
  requests: number;
  /** Peak of the process, from its start to its end. */
  peakRssMb: number;
}

process.once('message', (message) => void run(message as BigTickWanted));

async function run(wanted: BigTickWanted): Promise<void> {
  const first = await oneTick(wanted);
  await fetchAll(wanted.server, first.urls);
  const times: BigTickTimes = {
    firstTickMs: first.ms,
    tickMs: [],
    fetchMs: [],
    tickCpuMs: [],
    fetchCpuMs: [],
    requests: first.urls.length,
    peakRssMb: 0,
  };
  for (let i = 0; i < wanted.repeats; i++) {
    globalThis.gc?.();
    let cpu = process.cpuUsage();
    const { ms, urls } = await oneTick(wanted);
    times.tickCpuMs.push(cpuMs(cpu));
    times.tickMs.push(ms);
    globalThis.gc?.();
    cpu = process.cpuUsage();
    times.fetchMs.push(await fetchAll(wanted.server, urls));
    times.fetchCpuMs.push(cpuMs(cpu));
  }
  times.peakRssMb = process.resourceUsage().maxRSS / 1024;
  process.send?.(times);
}

function cpuMs(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
}

async function oneTick({ server, nowMs, rows }: BigTickWanted): Promise<{ ms: number; urls: string[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'rampart-bench-'));
  const controller = {
    ...memoryController(() => nowMs, createLangfuseData(), {}),
    langfuse: createLangfuse({ ...server, timeoutMs: 20_000 }),
    objects: folderObjectStore({ folder }),
    cache: pageCache(CACHE_BYTES),
  };
  const urls: string[] = [];
  const { fetch } = globalThis;
  globalThis.fetch = async (input, init) => {
    urls.push(input instanceof Request ? input.url : String(input));
    return fetch(input, init);
  };
  try {
    const startedMs = performance.now();
    const read = await readEvidence(controller, PROMPT, null, rolloutExperiment(benchRollout()), nowMs);
    await controller.objects.put('manifest', new TextEncoder().encode(JSON.stringify(read.manifest)));
    const ms = performance.now() - startedMs;
    if (read.problem !== null) throw read.problem;
    if (read.observations !== rows || read.scores !== rows)
      throw new Error(`read ${read.observations}, ${read.scores}`);
    return { ms, urls };
  } finally {
    globalThis.fetch = fetch;
    await rm(folder, { recursive: true });
  }
}

/** The same pages, fetched and parsed one after the other, and nothing else. */
async function fetchAll({ publicKey, secretKey }: LangfuseAddress, urls: readonly string[]): Promise<number> {
  const authorization = `Basic ${Buffer.from(`${publicKey}:${secretKey}`).toString('base64')}`;
  const startedMs = performance.now();
  for (const url of urls) {
    const response = await fetch(url, { headers: { authorization } });
    JSON.parse(await response.text());
  }
  return performance.now() - startedMs;
}
