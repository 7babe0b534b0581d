import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { folderObjectStore } from '../src/adapters/local/folder-object-store';
import type { Controller } from '../src/app/controller';
import { putInNewest } from '../src/app/evidence/generations';
import { pageCache } from '../src/app/evidence/page-cache';
import { putAll } from '../src/app/evidence/page-tree';
import { readEvidence } from '../src/app/evidence/read-evidence';
import { SegmentWriter } from '../src/app/evidence/segment-writer';
import type { Manifest } from '../src/core/evidence/manifest';
import { subjectPacking, unitPacking } from '../src/core/evidence/pack-records';
import { allHeld, heldEntries, hold } from '../src/core/evidence/held-entries';
import { newGeneration } from '../src/core/evidence/subject-generations';
import { newUnit, unknownSubject, type UnitRecord } from '../src/core/evidence/records';
import { rolloutExperiment } from '../src/core/rollout/rollout-experiment';
import { createLangfuseData } from '../src/local/langfuse/data';
import { memoryController } from '../src/local/replay/replay';
import { countingObjects } from './counting-objects';
import { generatedLangfuse, type Generated } from './generated-langfuse';
import { PROMPT } from './rows';
import { benchAssignment, benchRollout, START_MS } from './subject';
import { kilobytes, median, table, whole } from './table';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const TICK_MS = 15 * MINUTE_MS;
const ROWS_PER_TICK = 1000;
const SETTLE_MS = 10 * MINUTE_MS;
const MEASURED_TICKS = 3;
const UNITS_AT_ONCE = 250_000;

interface Cost {
  what: string;
  ms: number;
  reads: number;
  readBytes: number;
  writes: number;
  writtenBytes: number;
}

/**
 * What a tick with 1,000 new generations and scores costs as the rollout grows older and as more units are known. Every
 * measured tick begins without a cache, as a function that was just started does.
 * @returns Markdown sections
 */
export async function growth(): Promise<string> {
  const newcomers = steady((n) => Math.floor(n / 2));
  await costAfter('warm-up', newcomers, START_MS + HOUR_MS, TICK_MS);
  const ages: Cost[] = [];
  for (const hours of [1, 10, 40, 160])
    ages.push(await costAfter(`${hours} h`, newcomers, START_MS + hours * HOUR_MS, TICK_MS));
  const units: Cost[] = [];
  for (const known of [10_000, 100_000, 1_000_000]) {
    const rows = steady((n) => (n * 7919) % known);
    units.push(await costAfter(`${whole(known)} units`, rows, START_MS + HOUR_MS, TICK_MS, known));
  }
  const head = ['', 'ms', 'objects read', 'KB read', 'objects written', 'KB written'];
  const lines = (costs: readonly Cost[]): string =>
    table(
      head,
      costs.map(({ what, ms, reads, readBytes, writes, writtenBytes }) => [
        what,
        whole(ms),
        whole(reads),
        kilobytes(readBytes),
        whole(writes),
        kilobytes(writtenBytes),
      ]),
    );
  return [
    `## A tick with ${whole(ROWS_PER_TICK)} new generations and scores, by the age of the rollout`,
    lines(ages),
    `## A tick with ${whole(ROWS_PER_TICK)} new generations and scores, by the units already known`,
    lines(units),
  ].join('\n\n');
}

/** Always as many rows a tick. */
function steady(userOf: (n: number) => number): Generated {
  const spacingMs = TICK_MS / ROWS_PER_TICK;
  return {
    startOf: (n) => START_MS + n * spacingMs,
    rowsBefore: (atMs) => Math.max(0, Math.ceil((atMs - START_MS) / spacingMs)),
    userOf,
    assignment: benchAssignment(benchRollout()),
  };
}

/** Ticks until `fromMs`, then measures a few. */
async function costAfter(what: string, rows: Generated, fromMs: number, stepMs: number, knownUnits = 0): Promise<Cost> {
  const folder = await mkdtemp(join(tmpdir(), 'rampart-bench-'));
  const objects = countingObjects(folderObjectStore({ folder }));
  const controller = {
    ...memoryController(() => 0, createLangfuseData(), {}),
    langfuse: generatedLangfuse(rows),
    objects,
  };
  controller.settings.maxPagesPerTick = { observations: 10_000, scores: 100_000, lookups: 1 };
  const rollout = rolloutExperiment(benchRollout());
  let manifest: Manifest | null = null;
  const tick = async (nowMs: number): Promise<void> => {
    const read = await readEvidence(controller, PROMPT, manifest, rollout, nowMs);
    if (read.problem !== null) throw read.problem;
    ({ manifest } = read);
  };
  try {
    for (let nowMs = START_MS + stepMs; nowMs <= fromMs; nowMs += stepMs) await tick(nowMs + SETTLE_MS);
    if (manifest !== null && knownUnits > 0) await addUnits(controller, manifest, knownUnits);
    const costs: Cost[] = [];
    for (let i = 1; i <= MEASURED_TICKS; i++) {
      controller.cache = pageCache(64 * 1024 * 1024);
      objects.reset();
      const startedMs = performance.now();
      await tick(fromMs + SETTLE_MS + i * TICK_MS);
      costs.push({ what, ms: performance.now() - startedMs, ...objects.traffic });
    }
    return middle(what, costs);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Puts units, each with a trace of an earlier time, into the snapshot as ticks would have left them. */
async function addUnits(
  { objects, hashUnit }: Pick<Controller, 'objects' | 'hashUnit'>,
  manifest: Manifest,
  units: number,
): Promise<void> {
  const cache = pageCache(0);
  let earlier = [newGeneration(START_MS)];
  for (let first = 0; first < units; first += UNITS_AT_ONCE) {
    const heldUnits = heldEntries();
    const heldTraces = heldEntries();
    for (let n = first; n < Math.min(units, first + UNITS_AT_ONCE); n++) {
      const key = hashUnit(`user-${n}`);
      const unit: UnitRecord = {
        ...newUnit(START_MS, 0, 3),
        st: [[0, 0, [1, 0.5, 1, 1, 1, 0.5]]],
        b: [1, 1, 1],
      };
      hold(heldUnits, key, unit, unitPacking);
      const trace = { ...unknownSubject(), v: [1], t: START_MS, u: key, s: 0, w: 1 as const };
      hold(heldTraces, `trace-${n}`, { ...trace, o: [[`span-${n}`, 1, 0]] }, subjectPacking);
    }
    const segment = new SegmentWriter(objects, cache);
    const unitRoot = await putAll(objects, cache, manifest.experiment!.units, allHeld(heldUnits), segment);
    earlier = await putInNewest(objects, cache, earlier, allHeld(heldTraces), segment);
    await segment.flush();
    manifest.experiment!.units = unitRoot;
  }
  manifest.subjects.push(...earlier);
}

function middle(what: string, costs: readonly Cost[]): Cost {
  const of = (figure: (cost: Cost) => number): number => median(costs.map(figure));
  return {
    what,
    ms: of(({ ms }) => ms),
    reads: of(({ reads }) => reads),
    readBytes: of(({ readBytes }) => readBytes),
    writes: of(({ writes }) => writes),
    writtenBytes: of(({ writtenBytes }) => writtenBytes),
  };
}
