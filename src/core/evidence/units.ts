import { enterUnit, updateUnit } from '../judging/guardrail-state';
import type { Arm } from '../assignment/assignment';
import type { RolloutEvidence } from './manifest';
import { newUnit, type UnitRecord } from './records';
import type { RolloutRules, Workspace } from './workspace';

const ARMS: readonly Arm[] = ['stable', 'candidate'];

/** The evidence of the running rollout; only called while there is one. */
export function rolloutEvidence(work: Workspace): RolloutEvidence {
  if (work.manifest.rollout === null) throw new Error('no rollout is being judged');
  return work.manifest.rollout;
}

/** Notes that a unit was exposed: creates its record, counts it in its stage and, once, as first exposed. */
export function exposeUnit(
  work: Workspace,
  rules: RolloutRules,
  key: string,
  atMs: number,
  stage: number,
  arm: Arm,
): UnitRecord {
  const evidence = rolloutEvidence(work);
  const armBit = arm === 'candidate' ? 1 : 0;
  let unit = work.units.get(key);
  if (unit === undefined) {
    unit = newUnit(atMs, stage, armBit, rules.metrics.length);
    work.units.set(key, unit);
    countArm(evidence.firstExposed, stage, arm);
    for (const { index, frozen } of rules.coverage) work.due.push([atMs + frozen.settleMs, key, index]);
    work.journal.push(['unit', key, stage, armBit]);
  }
  if (!unit.st.some(([seen]) => seen === stage)) {
    const isNewToCandidate = armBit === 1 && !unit.st.some(([, seenArm]) => seenArm === 1);
    unit.st.push([stage, armBit, Array.from({ length: 2 * rules.metrics.length }, () => 0)]);
    countArm(evidence.stageUnits, stage, arm);
    if (isNewToCandidate) evidence.exposedUnits++;
  }
  evidence.newestMs[arm] = Math.max(evidence.newestMs[arm], atMs);
  work.changedUnits.add(key);
  return unit;
}

/**
 * Adds a value to a unit's sums in a stage, or replaces an edited one.
 * @param previousZ the value it replaces; null = a new value
 */
export function addValue(
  work: Workspace,
  key: string,
  guardrail: number,
  stage: number,
  z: number,
  atMs: number,
  previousZ: number | null,
): void {
  const unit = work.units.get(key);
  const entry = unit?.st.find(([seen]) => seen === stage);
  const state = rolloutEvidence(work).states[guardrail];
  if (unit === undefined || entry === undefined || state === undefined) return;
  const [, armBit, sums] = entry;
  const before = { m: sums[2 * guardrail]!, y: sums[2 * guardrail + 1]! };
  const after =
    previousZ === null ? { m: before.m + 1, y: before.y + z } : { m: before.m, y: before.y + z - previousZ };
  sums[2 * guardrail] = after.m;
  sums[2 * guardrail + 1] = after.y;
  const others = [];
  for (const [otherStage, otherArm, otherSums] of unit.st) {
    const m = otherSums[2 * guardrail]!;
    if (otherStage !== stage && m > 0) {
      others.push({ stage: otherStage, arm: ARMS[otherArm]!, m, y: otherSums[2 * guardrail + 1]! });
    }
  }
  updateUnit(state, { stage, arm: ARMS[armBit]!, before, after, others });
  const first = unit.f[guardrail];
  if (!first || atMs < first[0]) unit.f[guardrail] = [atMs, z];
  work.changedUnits.add(key);
  work.journal.push(
    previousZ === null
      ? ['add', key, stage, armBit, atMs, guardrail, z]
      : ['edit', key, stage, armBit, atMs, guardrail, z, previousZ],
  );
}

/**
 * Lets the units that this batch touched enter engine B: each once per rollout and guardrail, when its exposure is older
 * than the metric's settle time and it has a value. The others are put down for later.
 */
export function enterTouchedUnits(work: Workspace, rules: RolloutRules): void {
  for (const key of work.changedUnits) {
    const unit = work.units.get(key);
    if (unit === undefined) continue;
    for (const { index, metric, frozen } of rules.metrics) {
      if (metric.kind === 'coverage' || unit.b[index] === 1 || !unit.f[index]) continue;
      const dueMs = unit.e + frozen.settleMs;
      if (dueMs <= work.nowMs) enter(work, rules, key, unit, index);
      else if (unit.b[index] === 0) {
        unit.b[index] = 2;
        work.due.push([dueMs, key, index]);
      }
    }
  }
}

/** Handles one entry that has come due: entry into engine B, or the judgement of coverage. */
export function handleDue(work: Workspace, rules: RolloutRules, key: string, guardrail: number): void {
  const unit = work.units.get(key);
  const judged = rules.metrics[guardrail];
  if (unit === undefined || judged === undefined || unit.b[guardrail] === 1) return;
  if (judged.metric.kind === 'coverage') {
    const z = unit.f[guardrail] ? 1 : 0;
    addValue(work, key, guardrail, unit.es, z, unit.e, null);
    unit.f[guardrail] = [unit.e, z];
    enter(work, rules, key, unit, guardrail);
  } else if (unit.f[guardrail]) enter(work, rules, key, unit, guardrail);
  work.changedUnits.add(key);
}

function enter(work: Workspace, rules: RolloutRules, key: string, unit: UnitRecord, guardrail: number): void {
  const state = rolloutEvidence(work).states[guardrail];
  const first = unit.f[guardrail];
  const entry =
    unit.st.find(([stage, , sums]) => stage === unit.es && sums[2 * guardrail]! > 0) ??
    unit.st.find(([, , sums]) => sums[2 * guardrail]! > 0);
  if (state === undefined || !first || entry === undefined) return;
  const [stage, armBit, sums] = entry;
  const isBinary = rules.metrics[guardrail]?.frozen.kind === 'binary';
  const z = isBinary ? first[1] : sums[2 * guardrail + 1]! / sums[2 * guardrail]!;
  unit.b[guardrail] = 1;
  enterUnit(state, { stage, arm: ARMS[armBit]!, key, z, atMs: unit.e });
  work.journal.push(['enter', key, stage, armBit, unit.e, guardrail, z]);
}

function countArm(counts: { stable: number; candidate: number }[], stage: number, arm: Arm): void {
  while (counts.length <= stage) counts.push({ stable: 0, candidate: 0 });
  counts[stage]![arm]++;
}
