import type { Controller, Settings } from '../../../src/app/controller';
import { readEvidence, type EvidenceRead } from '../../../src/app/evidence/read-evidence';
import { RampartError } from '../../../src/core/errors';
import type { Experiment } from '../../../src/core/evidence/experiment';
import type { Manifest } from '../../../src/core/evidence/manifest';
import { freezeGuardrails } from '../../../src/core/judging/freeze-guardrails';
import { parsePolicy } from '../../../src/core/policy/parse-policy';
import type { Langfuse } from '../../../src/core/ports';
import { startRollout } from '../../../src/core/rollout/plan-start';
import { isTerminal, type Rollout, type Stage } from '../../../src/core/rollout/rollout';
import { rolloutExperiment } from '../../../src/core/rollout/rollout-experiment';
import { armOfBucket, type Arm } from '../../../src/core/assignment/assignment';
import { bucketOf } from '../../../src/core/assignment/bucket';
import { createLangfuseData, type LangfuseData } from '../../../src/local/langfuse/data';
import { inMemoryLangfuse } from '../../../src/local/langfuse/in-memory';
import type { NewObservation, NewScore } from '../../../src/local/langfuse/rows';
import { memoryController } from '../../../src/local/replay/replay';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const START_MS = Date.UTC(2026, 0, 12, 10);
export const PROMPT = 'assistant';
export const STABLE = 3;
export const CANDIDATE = 4;

/** Every kind of metric once. */
export const POLICY = {
  guardrails: [
    { metric: 'score:quality', direction: 'higher_is_better', range: [1, 5], margin: 0.25 },
    { metric: 'score:thumbs', direction: 'higher_is_better', margin: 0.05 },
    { metric: 'score:tone=rude,cold', direction: 'lower_is_better', margin: 0.05 },
    { metric: 'error_rate' },
    { metric: 'latency' },
    { metric: 'latency.p95' },
    { metric: 'coverage:quality' },
  ],
};

/** What goes wrong with requests to Langfuse. */
export interface Trouble {
  /** The request of this number (counted from 1 in each tick) and all later ones fail; null = none. */
  failFrom: number | null;
  error: RampartError;
  /** Rows per page. */
  pageRows: number;
  /** Every row of a page is listed twice. */
  isDoubled: boolean;
}

export interface WorldOptions {
  policy?: object;
  settings?: Partial<Settings>;
  startMs?: number;
}

/** A prompt with a rollout, Langfuse in memory, and ticks that only read evidence. */
export function evidenceWorld(options: WorldOptions = {}) {
  const data = createLangfuseData();
  const clock = { nowMs: options.startMs ?? START_MS };
  const trouble: Trouble = {
    failFrom: null,
    error: new RampartError('provider_unavailable', 'down'),
    pageRows: 1000,
    isDoubled: false,
  };
  const base = memoryController(() => clock.nowMs, data, options.settings ?? {});
  const requests: string[] = [];
  const stored: { name: string; bytes: Uint8Array }[] = [];
  const controller: Controller = {
    ...base,
    langfuse: troubled(
      inMemoryLangfuse(data, () => clock.nowMs),
      trouble,
      requests,
    ),
    objects: {
      async put(prefix, bytes) {
        const name = await base.objects.put(prefix, bytes);
        stored.push({ name, bytes: Uint8Array.from(bytes) });
        return name;
      },
      get: (name, range) => base.objects.get(name, range),
    },
  };
  let rollout: Rollout | null = newRollout(options.policy ?? POLICY, clock.nowMs);
  let manifest: Manifest | null = null;

  let other: Experiment | null = null;
  const runningExperiment = () =>
    other ?? (rollout !== null && !isTerminal(rollout.phase) ? rolloutExperiment(rollout) : null);

  /** Reads, and makes what was read current unless the write is lost. */
  async function tick(nowMs: number, { isLost = false } = {}): Promise<EvidenceRead> {
    clock.nowMs = nowMs;
    requests.length = 0;
    const read = await readEvidence(controller, PROMPT, manifest, runningExperiment(), nowMs);
    const text = JSON.stringify(read.manifest);
    stored.push({ name: 'manifest', bytes: new TextEncoder().encode(text) });
    if (!isLost) manifest = JSON.parse(text) as Manifest;
    return read;
  }

  return {
    data,
    clock,
    trouble,
    controller,
    requests,
    stored,
    tick,
    rollout: (): Rollout => rollout!,
    setRollout: (next: Rollout | null): void => void (rollout = next),
    /** Lets this be read for instead of the rollout. */
    setExperiment: (next: Experiment): void => void (other = next),
    /** The current manifest; there is one after the first tick. */
    manifest: (): Manifest => manifest!,
    setManifest: (next: Manifest | null): void => void (manifest = next),
  };
}

export type World = ReturnType<typeof evidenceWorld>;

/** A rollout that starts at its policy's first step. */
export function newRollout(written: object, startMs: number): Rollout {
  const parsed = parsePolicy([{ source: 'deployment', value: written }]);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const { policy, sources } = parsed;
  const { guardrails } = freezeGuardrails(policy, new Map());
  const input = { prompt: PROMPT, stable: STABLE, candidate: CANDIDATE, startedBy: 'test', labelledAtStart: CANDIDATE };
  const rest = { policy, policySources: sources, policyHash: '', guardrails, warnings: [] };
  return startRollout({ ...input, ...rest }, startMs).rollout;
}

/** The rollout with its last stage ended and a new one begun. */
export function advanced(rollout: Rollout, percent: number, atMs: number): Rollout {
  const ended = rollout.stages.map((stage): Stage => ({ ...stage, toMs: stage.toMs ?? atMs }));
  return { ...rollout, stages: [...ended, { step: ended.length, percent, fromMs: atMs, toMs: null }] };
}

/** The first of `PREFIX-0`, `PREFIX-1` … that is in the arm in every one of the stages. */
export function userIn(rollout: Rollout, arms: readonly Arm[], prefix = 'user'): string {
  for (let i = 0; ; i++) {
    const user = `${prefix}-${i}`;
    const bucket = bucketOf(rollout.salt, user);
    const isRight = arms.every((arm, stage) => armOfBucket(bucket, rollout.stages[stage]?.percent ?? 50) === arm);
    if (isRight) return user;
  }
}

/** A generation of the prompt. */
export function generation(row: Partial<NewObservation> & { startMs: number; traceId: string }): NewObservation {
  return {
    id: `${row.traceId}-g`,
    type: 'GENERATION',
    promptName: PROMPT,
    promptVersion: STABLE,
    environment: 'production',
    endMs: row.startMs + 1200,
    ...row,
  };
}

/** A numeric score of a trace. */
export function traceScore(row: Partial<NewScore> & { timestampMs: number }, traceId: string): NewScore {
  const subject = { kind: 'trace', traceId } as const;
  return { id: `${traceId}-s`, name: 'quality', dataType: 'NUMERIC', value: 4, subject, ...row };
}

/** Adds an edit of a score, made at `updatedMs`. */
export function editScore(data: LangfuseData, row: NewScore, updatedMs: number, value: NewScore['value']): void {
  data.addScore({ ...row, value, updatedMs });
}

function troubled(langfuse: Langfuse, trouble: Trouble, requests: string[]): Langfuse {
  function request(what: string): void {
    requests.push(what);
    if (trouble.failFrom !== null && requests.length >= trouble.failFrom) throw trouble.error;
  }
  const doubled = <Row>(rows: Row[]): Row[] => (trouble.isDoubled ? rows.flatMap((row) => [row, row]) : rows);
  return {
    ...langfuse,
    async listObservations(query) {
      request('observations');
      const page = await langfuse.listObservations({ ...query, limit: Math.min(query.limit, trouble.pageRows) });
      return { ...page, rows: doubled(page.rows) };
    },
    async listScores(query) {
      request('scores');
      const page = await langfuse.listScores({ ...query, limit: Math.min(query.limit, trouble.pageRows) });
      return { ...page, rows: doubled(page.rows) };
    },
    async observationsOfTraces(prompt, traceIds) {
      request(`look-up ${traceIds.length}`);
      return doubled(await langfuse.observationsOfTraces(prompt, traceIds));
    },
    async rootsOfTraces(traceIds) {
      request(`roots ${traceIds.length}`);
      return langfuse.rootsOfTraces(traceIds);
    },
  };
}
