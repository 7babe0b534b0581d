import { armOfBucket, type Arm } from '../../../src/core/assignment/assignment';
import { bucketOf } from '../../../src/core/assignment/bucket';
import { toZ } from '../../../src/core/judging/guardrail';
import type { ArmSums } from '../../../src/core/stats/ratio';
import type { CrossSums } from '../../../src/core/stats/stratified-ratio-difference';
import type { Rollout } from '../../../src/core/rollout/rollout';
import type { StoredObservation, StoredScore } from '../../../src/local/langfuse/rows';

/*
 * What the evidence must come to, worked out the slow way: from every row at once, without lanes, pages or snapshots.
 */

interface Exposure {
  unit: string;
  stage: number;
  arm: Arm;
  version: number;
  startMs: number;
}

/** A trace that saw two versions counts for the one that was met first, which is whichever was listed first. */
export const ANY_VERSION = -1;

export interface NaiveEvidence {
  /** By guardrail, stage, arm. */
  sums: Record<Arm, ArmSums>[][];
  /** By guardrail, then `s,armS,t,armT` of stages s < t. */
  cross: Record<string, CrossSums>[];
  stageUnits: Record<Arm, Set<string>>[];
  /** By hour, version, metric: n and sum. */
  hourly: Map<string, { n: number; sum: number }>;
}

/** @param userOf the user of a generation, wherever it is written; null = nowhere */
export function naiveEvidence(
  rollout: Rollout,
  observations: readonly StoredObservation[],
  scores: readonly StoredScore[],
  userOf: (row: StoredObservation) => string | null,
): NaiveEvidence {
  const rows = [...new Map(observations.map((row) => [`${row.traceId}/${row.id}`, row])).values()];
  const used = new Map<StoredObservation, Exposure>();
  const hourly: NaiveEvidence['hourly'] = new Map();
  const values: { guardrail: number; exposure: Exposure; z: number }[] = [];
  const stageUnits = rollout.stages.map(() => ({ stable: new Set<string>(), candidate: new Set<string>() }));
  const traces = new Set<string>();
  for (const row of rows.sort((a, b) => a.startMs - b.startMs)) {
    const isListed = row.startMs >= rollout.startedAtMs;
    if (isListed && rollout.policy.environments.includes(row.environment)) {
      add(hourly, row.startMs, row.promptVersion!, 'error_rate', row.level === 'ERROR' ? 1 : 0);
      if (row.endMs !== null) add(hourly, row.startMs, row.promptVersion!, 'latency', row.endMs - row.startMs);
      if (!traces.has(row.traceId)) add(hourly, row.startMs, ANY_VERSION, 'traces', 1);
      traces.add(row.traceId);
    }
    const exposure = exposureOf(rollout, row, userOf(row));
    if (exposure === null) continue;
    used.set(row, exposure);
    stageUnits[exposure.stage]![exposure.arm].add(exposure.unit);
    for (const [guardrail, { id, transform }] of rollout.guardrails.entries()) {
      const raw =
        id === 'error_rate'
          ? row.level === 'ERROR'
            ? 0
            : 1
          : id.startsWith('latency') && row.endMs !== null
            ? row.endMs - row.startMs
            : null;
      const z = raw === null ? null : toZ(transform, raw);
      if (z !== null) values.push({ guardrail, exposure, z });
    }
  }
  const covered = new Set<string>();
  for (const score of scores.filter(({ timestampMs }) => timestampMs >= rollout.startedAtMs)) {
    const about = subjectRows(score, rows);
    const first = about[0];
    if (first === undefined || new Set(about.map((row) => row.promptVersion)).size > 1) continue;
    if (rollout.policy.environments.includes(first.environment)) {
      const [suffix, number] = typeof score.value === 'string' ? [`=${score.value}`, 1] : ['', Number(score.value)];
      const exposedRow = score.subject.kind === 'observation' ? ofTrace(rows, first.traceId)[0]! : first;
      add(hourly, exposedRow.startMs, first.promptVersion!, `score:${score.name}${suffix}`, number);
      const mark = `${first.traceId} ${score.name}`;
      if (score.subject.kind !== 'session' && !covered.has(mark)) {
        add(hourly, exposedRow.startMs, ANY_VERSION, `covered:${score.name}`, 1);
        covered.add(mark);
      }
    }
    const exposure = about.map((row) => used.get(row)).find((each) => each !== undefined);
    if (exposure === undefined) continue;
    for (const [guardrail, z] of zsOfScore(rollout, score)) values.push({ guardrail, exposure, z });
  }
  return { ...sumUp(rollout, values), stageUnits, hourly };
}

function exposureOf(rollout: Rollout, row: StoredObservation, user: string | null): Exposure | null {
  const stage = rollout.stages.findIndex(
    ({ fromMs, toMs }) => row.startMs >= fromMs && (toMs === null || row.startMs < toMs),
  );
  if (stage < 0 || user === null || !rollout.policy.environments.includes(row.environment)) return null;
  const arm = armOfBucket(bucketOf(rollout.salt, user), rollout.stages[stage]!.percent);
  const version = arm === 'candidate' ? rollout.candidate : rollout.stable;
  return row.promptVersion === version ? { unit: user, stage, arm, version, startMs: row.startMs } : null;
}

function ofTrace(rows: readonly StoredObservation[], traceId: string): StoredObservation[] {
  return rows.filter((row) => row.traceId === traceId);
}

function subjectRows({ subject }: StoredScore, rows: readonly StoredObservation[]): StoredObservation[] {
  switch (subject.kind) {
    case 'trace':
      return ofTrace(rows, subject.traceId);
    case 'observation':
      return rows.filter((row) => row.traceId === subject.traceId && row.id === subject.observationId);
    case 'session':
      return rows.filter((row) => row.sessionId === subject.sessionId);
    case 'experiment':
      return [];
  }
}

/** The policy of `world.ts`, written out by hand. */
function zsOfScore(rollout: Rollout, { name, value }: StoredScore): [guardrail: number, z: number][] {
  const zs: [number, number][] = [];
  for (const [guardrail, { id }] of rollout.guardrails.entries()) {
    if (id === 'score:quality' && name === 'quality' && typeof value === 'number' && value >= 1 && value <= 5) {
      zs.push([guardrail, (value - 1) / 4]);
    }
    if (id === 'score:thumbs' && name === 'thumbs' && (value === true || value === 1)) zs.push([guardrail, 1]);
    if (id === 'score:thumbs' && name === 'thumbs' && (value === false || value === 0)) zs.push([guardrail, 0]);
    if (id === 'score:tone=rude,cold' && name === 'tone' && typeof value === 'string') {
      zs.push([guardrail, value === 'rude' || value === 'cold' ? 0 : 1]);
    }
  }
  return zs;
}

function add(hourly: NaiveEvidence['hourly'], atMs: number, version: number, metric: string, value: number): void {
  const key = `${Math.floor(atMs / 3_600_000) * 3_600_000} ${version} ${metric}`;
  const known = hourly.get(key) ?? { n: 0, sum: 0 };
  hourly.set(key, { n: known.n + 1, sum: known.sum + value });
}

function sumUp(
  rollout: Rollout,
  values: readonly { guardrail: number; exposure: Exposure; z: number }[],
): Pick<NaiveEvidence, 'sums' | 'cross'> {
  const sums: NaiveEvidence['sums'] = [];
  const cross: NaiveEvidence['cross'] = [];
  for (const guardrail of rollout.guardrails.keys()) {
    const units = new Map<string, Map<number, { arm: Arm; m: number; y: number }>>();
    for (const { exposure, z } of values.filter((value) => value.guardrail === guardrail)) {
      const stages = units.get(exposure.unit) ?? new Map<number, { arm: Arm; m: number; y: number }>();
      units.set(exposure.unit, stages);
      const known = stages.get(exposure.stage) ?? { arm: exposure.arm, m: 0, y: 0 };
      stages.set(exposure.stage, { arm: exposure.arm, m: known.m + 1, y: known.y + z });
    }
    sums.push(
      rollout.stages.map((_, stage) => ({
        stable: armSums([...units.values()], stage, 'stable'),
        candidate: armSums([...units.values()], stage, 'candidate'),
      })),
    );
    const crossed: Record<string, CrossSums> = {};
    for (const stages of units.values()) {
      for (const [s, a] of stages) {
        for (const [t, b] of stages) {
          if (s >= t) continue;
          const known = (crossed[`${s},${a.arm},${t},${b.arm}`] ??= { yy: 0, ym: 0, my: 0, mm: 0 });
          known.yy += a.y * b.y;
          known.ym += a.y * b.m;
          known.my += a.m * b.y;
          known.mm += a.m * b.m;
        }
      }
    }
    cross.push(crossed);
  }
  return { sums, cross };
}

function armSums(units: Map<number, { arm: Arm; m: number; y: number }>[], stage: number, arm: Arm): ArmSums {
  const sums = { units: 0, m: 0, y: 0, mm: 0, yy: 0, ym: 0 };
  for (const unit of units) {
    const here = unit.get(stage);
    if (here === undefined || here.arm !== arm) continue;
    sums.units += 1;
    sums.m += here.m;
    sums.y += here.y;
    sums.mm += here.m * here.m;
    sums.yy += here.y * here.y;
    sums.ym += here.y * here.m;
  }
  return sums;
}
