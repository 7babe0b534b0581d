import * as fc from 'fast-check';
import { allReadMs, newLanes } from '../../../src/core/evidence/lanes';
import type { Manifest } from '../../../src/core/evidence/manifest';
import { openManifest } from '../../../src/core/evidence/new-manifest';
import { newGeneration, rotateSubjects } from '../../../src/core/evidence/subject-generations';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

function manifestOf(lagsMs: readonly number[]): Manifest {
  return { ...openManifest('p', null, null, 0), observations: newLanes([0], 0), scores: newLanes(lagsMs, 0) };
}

/** A tick in which every lane reads as far as it may, and something is written. */
function tick(manifest: Manifest, nowMs: number): void {
  const caughtUp = (lane: Manifest['scores'][number]) => ({ ...lane, doneMs: Math.max(0, nowMs - lane.lagMs) });
  manifest.observations = manifest.observations.map(caughtUp);
  manifest.scores = manifest.scores.map(caughtUp);
  const [newest, ...older] = manifest.subjects;
  manifest.subjects = [{ ...newest!, root: ['written', nowMs, 1] }, ...older];
  rotateSubjects(manifest, nowMs);
}

test('whatever a lane may list again is in a generation that is kept, however ticks come', () => {
  const steps = fc.array(fc.integer({ min: 1, max: 30 * HOUR_MS }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(steps, fc.constantFrom(HOUR_MS, DAY_MS, 5 * DAY_MS), (stepsMs, slowestMs) => {
      const manifest = manifestOf([0, slowestMs]);
      let nowMs = 0;
      for (const stepMs of stepsMs) {
        nowMs += stepMs;
        tick(manifest, nowMs);
        const since = manifest.subjects.map(({ sinceMs }) => sinceMs);
        expect(since).toEqual([...since].sort((a, b) => b - a));
        expect(manifest.keptSinceMs).toBe(since.at(-1));
        expect(manifest.keptSinceMs).toBeLessThanOrEqual(allReadMs([...manifest.observations, ...manifest.scores]));
      }
    }),
  );
});

test('there are some two dozen generations, whatever the age; a trace is remembered for a day and a half', () => {
  const manifest = manifestOf([0, DAY_MS]);
  for (let nowMs = HOUR_MS / 4; nowMs <= 10 * DAY_MS; nowMs += HOUR_MS / 4) tick(manifest, nowMs);
  expect(manifest.subjects.length).toBeGreaterThan(20);
  expect(manifest.subjects.length).toBeLessThan(30);
  const rememberedMs = 10 * DAY_MS - manifest.keptSinceMs;
  expect(rememberedMs).toBeGreaterThanOrEqual(1.5 * DAY_MS);
  expect(rememberedMs).toBeLessThan(1.7 * DAY_MS);
});

test('a lane that is behind keeps what it will list; nothing is forgotten while nothing is read', () => {
  const manifest = manifestOf([0, DAY_MS]);
  tick(manifest, 2 * HOUR_MS);
  tick(manifest, 4 * HOUR_MS);
  const kept = manifest.subjects.length;
  rotateSubjects(manifest, 30 * DAY_MS);
  expect(manifest.subjects).toHaveLength(kept);
  expect(manifest.keptSinceMs).toBe(0);
});

test('a generation that has nothing goes on; one that begins in the far future is never ended', () => {
  const empty = manifestOf([0, DAY_MS]);
  rotateSubjects(empty, 3 * DAY_MS);
  expect(empty.subjects).toEqual([newGeneration(0)]);
  const endless = { ...manifestOf([0, DAY_MS]), subjects: [newGeneration(Number.MAX_SAFE_INTEGER)] };
  for (let nowMs = HOUR_MS; nowMs <= 4 * DAY_MS; nowMs += HOUR_MS) tick(endless, nowMs);
  expect(endless.subjects).toHaveLength(1);
  expect(endless.keptSinceMs).toBe(0);
});
