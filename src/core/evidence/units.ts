import { CONTROL } from './experiment';
import type { ExperimentEvidence } from './manifest';
import { journalAdd, journalEdit, journalEnter, journalUnit } from './pack-journal';
import { newUnit, withOne, zeros, type UnitRecord } from './records';
import { changeSums, enterUnits, inStage } from './unit-sums';
import type { ExperimentRules, JudgedMetric, Workspace } from './workspace';

/** Which of a unit's values in which stage, and when it came. */
export interface ValuePlace {
  key: string;
  stage: number;
  atMs: number;
}

/** The evidence of the running experiment; only called while there is one. */
export function experimentEvidence({ manifest }: Workspace): ExperimentEvidence {
  if (manifest.experiment === null) throw new Error('no experiment is being judged');
  return manifest.experiment;
}

/** Notes that a unit was exposed: creates its record, counts it in its stage and, once, as first exposed. */
export function exposeUnit(
  work: Workspace,
  rules: ExperimentRules,
  { key, stage, atMs }: ValuePlace,
  arm: number,
): void {
  const evidence = experimentEvidence(work);
  const arms = rules.versions.length;
  let unit = work.units.get(key);
  if (unit === undefined) {
    unit = newUnit(atMs, stage, rules.metrics.length);
    work.units.set(key, unit);
    countArm(evidence.firstExposed, stage, arm, arms);
    for (const { index, frozen } of rules.coverage) {
      work.due.push([atMs + frozen.settleMs + work.scoreLagMs, key, index]);
    }
    journalUnit(work.journal, key, stage, arm);
  }
  if (inStage(unit.st, stage) === undefined) {
    const isNewlyExposed = arm !== CONTROL && !unit.st.some(([, seenArm]) => seenArm !== CONTROL);
    unit.st = withOne(unit.st, [stage, arm, zeros(2 * rules.metrics.length)]);
    countArm(evidence.stageUnits, stage, arm, arms);
    if (isNewlyExposed) evidence.exposedUnits++;
  }
  evidence.newestMs[arm] = Math.max(evidence.newestMs[arm] ?? 0, atMs);
  unit.changed = true;
}

/**
 * Adds values to a unit's sums in a stage it was exposed in.
 * @param values guardrail, z, guardrail, z …
 */
export function addValues(work: Workspace, place: ValuePlace, values: readonly number[]): void {
  const found = unitInStage(work, place);
  if (found === null || values.length === 0) return;
  for (let i = 0; i < values.length; i += 2) {
    change(work, found.unit, place, values[i]!, values[i + 1]!, null);
  }
  found.unit.changed = true;
  journalAdd(work.journal, place, found.arm, values);
}

/** Adds a value (`previousZ` null), replaces or withdraws one (`z` null). */
export function changeValue(
  work: Workspace,
  place: ValuePlace,
  guardrail: number,
  z: number | null,
  previousZ: number | null,
): void {
  if (previousZ === null) {
    if (z !== null) addValues(work, place, [guardrail, z]);
    return;
  }
  const found = unitInStage(work, place);
  if (found === null) return;
  change(work, found.unit, place, guardrail, z, previousZ);
  found.unit.changed = true;
  journalEdit(work.journal, place, found.arm, { guardrail, z, previousZ });
}

function unitInStage(work: Workspace, { key, stage }: ValuePlace): { unit: UnitRecord; arm: number } | null {
  const unit = work.units.get(key);
  const entry = unit && inStage(unit.st, stage);
  return unit === undefined || entry === undefined ? null : { unit, arm: entry[1] };
}

/** Changes the sums, and with them the unit's earliest value: when that was withdrawn, the rest of its stage speaks for it. */
function change(
  work: Workspace,
  unit: UnitRecord,
  { stage, atMs }: ValuePlace,
  guardrail: number,
  z: number | null,
  previousZ: number | null,
): void {
  changeSums(experimentEvidence(work).states, unit.st, stage, guardrail, z, previousZ);
  const firstMs = unit.f[2 * guardrail]!;
  const isFirst = firstMs === atMs && unit.f[2 * guardrail + 1] === previousZ;
  if (z === null && isFirst) {
    const sums = inStage(unit.st, stage)![2];
    const m = sums[2 * guardrail]!;
    if (m === 0) setFirst(unit, guardrail, NaN, NaN);
    else setFirst(unit, guardrail, atMs, sums[2 * guardrail + 1]! >= m / 2 ? 1 : 0);
  } else if (z !== null && (isFirst || !(firstMs <= atMs))) {
    setFirst(unit, guardrail, atMs, z);
  }
}

function setFirst({ f }: UnitRecord, guardrail: number, atMs: number, z: number): void {
  f[2 * guardrail] = atMs;
  f[2 * guardrail + 1] = z;
}

function hasFirst({ f }: UnitRecord, guardrail: number): boolean {
  return !Number.isNaN(f[2 * guardrail]!);
}

/**
 * Lets the units that this batch touched enter engine B: each once per experiment and guardrail, when its exposure is older
 * than the metric's settle time and it has a value. The others are put down for later.
 */
export function enterTouchedUnits(work: Workspace, rules: ExperimentRules): void {
  work.units.forEach((unit, key) => {
    if (!unit.changed) return;
    for (const judged of rules.metrics) {
      const { index, metric, frozen } = judged;
      if (metric.kind === 'coverage' || unit.b[index] === 1 || !hasFirst(unit, index)) continue;
      const dueMs = unit.e + frozen.settleMs;
      if (dueMs <= work.nowMs) enter(work, judged, key, unit);
      else if (unit.b[index] === 0) {
        unit.b[index] = 2;
        work.due.push([dueMs, key, index]);
      }
    }
  });
}

/**
 * Handles one entry that has come due: entry into engine B, or the judgement of coverage. Coverage waits until all scores
 * up to its due time have been read: a score that could not be read is not a missing one.
 * @returns false when it has to wait
 */
export function handleDue(work: Workspace, rules: ExperimentRules, key: string, guardrail: number): boolean {
  const unit = work.units.get(key);
  const judged = rules.metrics[guardrail];
  if (unit === undefined || judged === undefined || unit.b[guardrail] === 1) return true;
  if (judged.metric.kind === 'coverage') {
    if (work.manifest.scores[0]!.doneMs <= unit.e + judged.frozen.settleMs) return false;
    const z = hasFirst(unit, guardrail) ? 1 : 0;
    setFirst(unit, guardrail, NaN, NaN);
    addValues(work, { key, stage: unit.es, atMs: unit.e }, [guardrail, z]);
  }
  if (hasFirst(unit, guardrail)) enter(work, judged, key, unit);
  unit.changed = true;
  return true;
}

/** Notes that a score whose coverage is guarded came for the unit, if it came within the settle time. */
export function coverUnit(work: Workspace, { index, frozen }: JudgedMetric, key: string, atMs: number): void {
  const unit = work.units.get(key);
  if (unit === undefined || unit.b[index] === 1 || hasFirst(unit, index)) return;
  if (atMs > unit.e + frozen.settleMs) return;
  setFirst(unit, index, atMs, 1);
  unit.changed = true;
}

function enter(work: Workspace, { index, frozen }: JudgedMetric, key: string, unit: UnitRecord): void {
  const firstMs = unit.f[2 * index]!;
  const firstZ = unit.f[2 * index + 1]!;
  const hasValues = (entry: UnitRecord['st'][number]): boolean => entry[2][2 * index]! > 0;
  const exposed = inStage(unit.st, unit.es);
  const entry = exposed !== undefined && hasValues(exposed) ? exposed : unit.st.find(hasValues);
  if (entry === undefined) return;
  const [stage, arm] = entry;
  const sums = entry[2];
  const z = frozen.kind === 'binary' ? firstZ : Math.min(1, Math.max(0, sums[2 * index + 1]! / sums[2 * index]!));
  const atMs = Math.max(unit.e + frozen.settleMs, firstMs);
  unit.b[index] = 1;
  enterUnits(experimentEvidence(work).states, { stage, arm, guardrail: index, key, z, atMs });
  journalEnter(work.journal, { key, stage, atMs }, arm, { guardrail: index, z });
}

function countArm(counts: number[][], stage: number, arm: number, arms: number): void {
  while (counts.length <= stage) counts.push(zeros(arms));
  counts[stage]![arm]!++;
}
