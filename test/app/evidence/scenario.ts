import * as fc from 'fast-check';
import { armOfBucket } from '../../../src/core/assignment/assignment';
import { bucketOf } from '../../../src/core/assignment/bucket';
import { stageAt } from '../../../src/core/evidence/attribute';
import type { Rollout } from '../../../src/core/rollout/rollout';
import { observationOf, scoreOf, type StoredObservation, type StoredScore } from '../../../src/local/langfuse/rows';
import { generation, HOUR_MS, MINUTE_MS } from './world';

/*
 * Made-up days of traffic, with everything that may be wrong with rows, and of ticks, with everything that may go wrong
 * with reading. Left out is only what depends by design on the order in which rows become visible: a second version that
 * shows up in a trace after its score was counted, and a generation from before the rollout that is not there when a score
 * makes it worth its one look-up.
 */

export const LAST_MINUTE = 600;
export const CHANGE_MINUTE = 300;

const generationSpec = fc.record({
  isOther: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  isError: fc.boolean(),
  latencyMs: fc.option(fc.integer({ min: -5, max: 20_000 })),
});

const valueSpec = fc.oneof(
  fc.record({
    name: fc.constant('quality'),
    value: fc.constantFrom<StoredScore['value']>(1, 2, 3.5, 5, 0, 9, true, 'good'),
  }),
  fc.record({ name: fc.constant('thumbs'), value: fc.constantFrom<StoredScore['value']>(0, 1, true, false, 2, 'yes') }),
  fc.record({ name: fc.constant('tone'), value: fc.constantFrom<StoredScore['value']>('rude', 'kind', 'cold', 1) }),
  fc.record({ name: fc.constant('unguarded'), value: fc.constantFrom<StoredScore['value']>(7, 'x') }),
);

const scoreSpec = fc.record({
  first: valueSpec,
  about: fc.constantFrom('trace', 'generation', 'span', 'session'),
  afterMinutes: fc.integer({ min: 1, max: 30 }),
  delayMinutes: fc.constantFrom(0, 0, 5, 50, 300),
  edit: fc.option(fc.record({ afterMinutes: fc.constantFrom(2, 30, 180, 1200, 1800), to: valueSpec })),
});

const traceSpec = fc.record({
  minute: fc.integer({ min: -60, max: LAST_MINUTE - 1 }),
  user: fc.integer({ min: 0, max: 5 }),
  userIsOn: fc.constantFrom('generation', 'generation', 'metadata', 'root', 'nowhere'),
  environment: fc.constantFrom('production', 'production', 'production', 'staging'),
  generations: fc.array(generationSpec, { minLength: 1, maxLength: 3 }),
  delayMinutes: fc.constantFrom(0, 0, 5, 40),
  hasSession: fc.boolean(),
  isForeign: fc.integer({ min: 0, max: 7 }).map((n) => n === 0),
  scores: fc.array(scoreSpec, { maxLength: 3 }),
});

const tickSpec = fc.record({
  afterMinutes: fc.constantFrom(1, 15, 15, 40, 130),
  failFrom: fc.option(fc.integer({ min: 1, max: 8 })),
  isBroke: fc.boolean(),
  isLost: fc.integer({ min: 0, max: 4 }).map((n) => n === 0),
  isDoubled: fc.boolean(),
  pageRows: fc.constantFrom(1, 2, 3, 7),
  maxPages: fc.constantFrom(1, 3, 50),
});

export const scenarioSpec = fc.record({
  traces: fc.array(traceSpec, { minLength: 1, maxLength: 14 }),
  ticks: fc.array(tickSpec, { minLength: 1, maxLength: 16 }),
});

type TraceSpec = typeof traceSpec extends fc.Arbitrary<infer T> ? T : never;

/** The rows of a scenario as Langfuse holds them in the end, and its edits with the time each is made. */
export interface ScenarioRows {
  observations: StoredObservation[];
  scores: StoredScore[];
  edits: { atMs: number; score: StoredScore }[];
  /** What the evidence is to count: edits within the edit window, nothing else. */
  counted: StoredScore[];
  users: Map<string, string | null>;
}

export function scenarioRows(specs: readonly TraceSpec[], rollout: Rollout): ScenarioRows {
  const rows: ScenarioRows = { observations: [], scores: [], edits: [], counted: [], users: new Map() };
  for (const [index, spec] of specs.entries()) addTrace(rows, spec, index, rollout);
  return rows;
}

function addTrace(rows: ScenarioRows, spec: TraceSpec, index: number, rollout: Rollout): void {
  const traceId = `trace-${index}`;
  const originMs = rollout.stages[0]!.fromMs;
  const startMs = originMs + spec.minute * MINUTE_MS;
  const user = `private-user-${spec.user}`;
  const stage = Math.max(0, stageAt(rollout.stages, startMs));
  const isCandidate = armOfBucket(bucketOf(rollout.salt, user), rollout.stages[stage]!.percent) === 'candidate';
  const right = isCandidate ? rollout.candidate : rollout.stable;
  const other = isCandidate ? rollout.stable : rollout.candidate;
  const isLate = spec.generations.length === 1 && spec.minute >= 0;
  const delayMs = isLate ? spec.delayMinutes * MINUTE_MS : 0;
  const root = {
    id: `${traceId}-root`,
    traceId,
    startMs,
    type: 'SPAN',
    environment: spec.environment,
    ...(spec.userIsOn === 'root' ? { userId: user } : {}),
  };
  rows.observations.push(observationOf(root));
  rows.users.set(traceId, spec.userIsOn === 'nowhere' ? null : user);
  for (const [number, each] of spec.generations.entries()) {
    const atMs = startMs + number * 1000;
    rows.observations.push(
      observationOf({
        ...generation({ startMs: atMs, traceId }),
        id: `${traceId}-g${number}`,
        parentObservationId: root.id,
        promptName: spec.isForeign ? 'another' : 'assistant',
        promptVersion: each.isOther ? other : right,
        environment: spec.environment,
        endMs: each.latencyMs === null ? null : atMs + each.latencyMs,
        level: each.isError ? 'ERROR' : 'DEFAULT',
        visibleFromMs: atMs + delayMs,
        ...(spec.hasSession ? { sessionId: `private-session-${index}` } : {}),
        ...(spec.userIsOn === 'generation' ? { userId: user } : {}),
        ...(spec.userIsOn === 'metadata' ? { metadata: { 'rampart.unit': user } } : {}),
      }),
    );
  }
  for (const [number, score] of spec.scores.entries())
    addScore(rows, spec, score, `${traceId}-s${number}`, traceId, startMs);
}

function addScore(
  rows: ScenarioRows,
  trace: TraceSpec,
  spec: TraceSpec['scores'][number],
  id: string,
  traceId: string,
  startMs: number,
): void {
  const timestampMs = startMs + spec.afterMinutes * MINUTE_MS;
  const subjects = {
    trace: { kind: 'trace', traceId },
    generation: { kind: 'observation', observationId: `${traceId}-g0`, traceId },
    span: { kind: 'observation', observationId: `${traceId}-root`, traceId },
    session: { kind: 'session', sessionId: `private-session-${traceId.slice(6)}` },
  } as const;
  const isEditedLate = (spec.edit?.afterMinutes ?? 0) * MINUTE_MS > 24 * HOUR_MS;
  const hasNoSession = spec.about === 'session' && (!trace.hasSession || trace.minute < 0);
  const score = scoreOf({
    id,
    ...typed(spec.first),
    subject: subjects[hasNoSession ? 'trace' : spec.about],
    timestampMs,
    environment: trace.environment,
    comment: 'private-comment',
    visibleFromMs: timestampMs + (isEditedLate ? 0 : spec.delayMinutes * MINUTE_MS),
  });
  rows.scores.push(score);
  if (spec.edit === null) {
    rows.counted.push(score);
    return;
  }
  const atMs = timestampMs + spec.edit.afterMinutes * MINUTE_MS;
  const edited = { ...score, ...typed(spec.edit.to), updatedMs: atMs };
  rows.edits.push({ atMs, score: edited });
  rows.counted.push(isEditedLate ? score : edited);
}

function typed({
  name,
  value,
}: {
  name: string;
  value: StoredScore['value'];
}): Pick<StoredScore, 'name' | 'value' | 'dataType'> {
  const dataType = typeof value === 'number' ? 'NUMERIC' : typeof value === 'boolean' ? 'BOOLEAN' : 'CATEGORICAL';
  return { name, value, dataType };
}
