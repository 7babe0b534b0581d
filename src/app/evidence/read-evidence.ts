import { attribute } from '../../core/evidence/attribute';
import { foldObservations, foldScores, type ResolvedObservation } from '../../core/evidence/fold';
import { afterPage, newLanes, nextWindow, type Lane } from '../../core/evidence/lanes';
import type { DueEntry, Manifest, RolloutEvidence } from '../../core/evidence/manifest';
import { unitOf } from '../../core/evidence/attribute';
import { enterTouchedUnits, handleDue } from '../../core/evidence/units';
import { rolloutRules, type RolloutRules, type Workspace } from '../../core/evidence/workspace';
import { isRampartError, RampartError } from '../../core/errors';
import { closeBlocks, emptyGuardrailState } from '../../core/judging/guardrail-state';
import type { UnitKind } from '../../core/policy/policy';
import type { ObservationRow, ScoreRow } from '../../core/ports';
import { isTerminal, type Rollout } from '../../core/rollout/rollout';
import type { Controller } from '../controller';
import { requestMeter, type RequestMeter } from '../request-meter';
import { readPage, type PageCache } from './page-tree';
import { dayOf, loadInto, rotateTraces, writeBack } from './snapshot';

const HOUR_MS = 3_600_000;
const OBSERVATIONS_PER_PAGE = 1000;
const SCORES_PER_PAGE = 100;
const TRACES_PER_LOOK_UP = 50;
/** Rows folded at once: bounds the memory of a tick that has a lot to read. */
const BATCH_ROWS = 25_000;
const MAX_PENDING = 20_000;

/** What a tick read, and why it stopped if it did before it was done. */
export interface EvidenceRead {
  manifest: Manifest;
  /** The provider's error that ended the reading; what was read before it is in the manifest. */
  problem: RampartError | null;
  observations: number;
  scores: number;
  requests: number;
}

interface Reading {
  controller: Controller;
  cache: PageCache;
  work: Workspace;
  meter: RequestMeter;
  unitKind: UnitKind;
  counts: { observations: number; scores: number };
}

/**
 * Reads what is new in Langfuse and folds it into the prompt's snapshot. Nothing outside the object store changes; the
 * caller makes the returned manifest current by naming it in the prompt's item.
 * @param stored the current manifest; null before the first tick
 * @param rollout the prompt's rollout, running or not; null = none
 */
export async function readEvidence(
  controller: Controller,
  prompt: string,
  stored: Manifest | null,
  rollout: Rollout | null,
  nowMs: number,
): Promise<EvidenceRead> {
  const running = rollout !== null && !isTerminal(rollout.phase) ? rollout : null;
  const manifest = structuredClone(stored) ?? emptyManifest(prompt, nowMs);
  setLags(manifest, running?.policy.settleMs ?? 600_000, running?.policy.editWindowMs ?? 24 * HOUR_MS, nowMs);
  if (running !== null && manifest.rollout?.rolloutId !== running.id) manifest.rollout = emptyEvidence(running);
  const rules = running && rolloutRules(running, controller.settings.assignmentMaxAgeMs);
  const work = emptyWorkspace(manifest, rules, running, nowMs);
  const meter = requestMeter(controller.budget, 'read', nowMs);
  const reading: Reading = {
    controller,
    cache: controller.cache,
    work,
    meter,
    unitKind: running?.policy.unit ?? 'trace',
    counts: { observations: 0, scores: 0 },
  };
  let problem: RampartError | null = null;
  try {
    await readObservations(reading);
    await readScores(reading);
    await lookUpPending(reading);
  } catch (error) {
    if (!isRampartError(error)) throw error;
    if (error.code === 'provider_rate_limited')
      await controller.budget.blockUntil(nowMs + (error.retryAfterMs ?? 60_000));
    if (error.code !== 'budget_exhausted') problem = error;
  }
  if (rules !== null) await judgeDue(reading, rules);
  rotateTraces(manifest, running?.policy.editWindowMs ?? 24 * HOUR_MS, nowMs);
  return { manifest, problem, ...reading.counts, requests: meter.used() };
}

function emptyManifest(prompt: string, nowMs: number): Manifest {
  return {
    schema: 1,
    prompt,
    observations: newLanes([0, 0], nowMs),
    scores: newLanes([0, 0, 0], nowMs),
    traces: null,
    olderTraces: null,
    rotatedAtMs: nowMs,
    pending: [],
    days: [],
    rollout: null,
    unattributed: { malformed: 0, ambiguous_score: 0, unlinked_score: 0, late_edit: 0, other_trace_score: 0 },
  };
}

function setLags(manifest: Manifest, settleMs: number, editWindowMs: number, nowMs: number): void {
  const late = Math.max(settleMs, HOUR_MS);
  const set = (lanes: Lane[], lags: number[]): Lane[] =>
    lags.map((lagMs, index) => ({ ...(lanes[index] ?? newLanes([lagMs], nowMs)[0]!), lagMs }));
  manifest.observations = set(manifest.observations, [settleMs, late]);
  manifest.scores = set(manifest.scores, [settleMs, late, Math.max(late, editWindowMs)]);
}

function emptyEvidence(rollout: Rollout): RolloutEvidence {
  return {
    rolloutId: rollout.id,
    states: rollout.guardrails.map((guardrail) => emptyGuardrailState(guardrail)),
    firstExposed: [],
    stageUnits: [],
    hours: [],
    newestMs: { stable: 0, candidate: 0 },
    exposedUnits: 0,
    units: null,
    due: [],
    journal: null,
  };
}

function emptyWorkspace(
  manifest: Manifest,
  rules: RolloutRules | null,
  rollout: Rollout | null,
  nowMs: number,
): Workspace {
  return {
    manifest,
    traces: new Map(),
    sessions: new Map(),
    units: new Map(),
    days: new Map(),
    changedTraces: new Set(),
    changedSessions: new Set(),
    changedUnits: new Set(),
    changedDays: new Set(),
    due: [],
    journal: [],
    rollout: rules,
    editWindowMs: rollout?.policy.editWindowMs ?? 24 * HOUR_MS,
    environments: rollout?.policy.environments ?? ['production', 'default'],
    nowMs,
  };
}

/** Reads every lane of one stream, page by page, folding in batches; lanes move on only with the rows they brought. */
async function readLanes<Row>(
  reading: Reading,
  stream: 'observations' | 'scores',
  maxPages: number,
  fetchPage: (
    window: NonNullable<Lane['window']>,
  ) => Promise<{ rows: Row[]; cursor: string | null; malformed: unknown[] }>,
  fold: (rows: Row[]) => Promise<void>,
): Promise<void> {
  const { manifest } = reading.work;
  const lanes = manifest[stream].slice();
  let batch: Row[] = [];
  let pages = 0;
  let malformed = 0;
  const flush = async (): Promise<void> => {
    await fold(batch);
    reading.counts[stream] += batch.length;
    manifest[stream] = lanes.slice();
    manifest.unattributed.malformed += malformed;
    malformed = 0;
    batch = [];
  };
  try {
    for (const [index] of lanes.entries()) {
      for (let window = nextWindow(lanes[index]!, reading.work.nowMs); window !== null && pages < maxPages;) {
        await reading.meter.charge();
        const page = await fetchPage(window);
        pages++;
        malformed += page.malformed.length;
        for (const row of page.rows) batch.push(row);
        lanes[index] = afterPage(lanes[index]!, window, page.cursor);
        if (batch.length >= BATCH_ROWS) await flush();
        window = nextWindow(lanes[index], reading.work.nowMs);
      }
    }
  } finally {
    await flush();
  }
}

async function readObservations(reading: Reading): Promise<void> {
  const { controller, work } = reading;
  await readLanes<ObservationRow>(
    reading,
    'observations',
    controller.settings.maxPagesPerTick.observations,
    ({ fromMs, toMs, cursor }) =>
      controller.langfuse.listObservations({
        prompt: work.manifest.prompt,
        fromMs,
        toMs,
        cursor,
        limit: OBSERVATIONS_PER_PAGE,
      }),
    (rows) => foldObservationRows(reading, rows),
  );
}

async function foldObservationRows(reading: Reading, rows: ObservationRow[]): Promise<void> {
  if (rows.length === 0) return;
  const resolved = await resolveUnits(reading, rows);
  resolved.sort((a, b) => a.row.startMs - b.row.startMs || (a.row.id < b.row.id ? -1 : 1));
  await loadInto(reading.work, reading.controller.objects, reading.cache, {
    traces: resolved.map(({ row }) => row.traceId),
    sessions: resolved.map(({ sessionHash }) => sessionHash),
    units: reading.work.rollout === null ? [] : resolved.map(({ unitHash }) => unitHash),
    daysMs: resolved.map(({ row }) => dayOf(row.startMs)),
  });
  foldObservations(reading.work, resolved);
  await finishBatch(reading);
}

/** Finds each generation's unit: on the generation, in its metadata, then on its trace's root. */
async function resolveUnits(reading: Reading, rows: ObservationRow[]): Promise<ResolvedObservation[]> {
  const { controller, work, unitKind } = reading;
  const lacks = (row: ObservationRow): boolean => unitOf(row, unitKind).isFallback && isInRollout(work, row);
  const traceIds = [...new Set(rows.filter(lacks).map((row) => row.traceId))];
  const roots = new Map<string, { userId: string | null; sessionId: string | null }>();
  for (let i = 0; i < traceIds.length; i += TRACES_PER_LOOK_UP) {
    await reading.meter.charge();
    for (const root of await controller.langfuse.rootsOfTraces(traceIds.slice(i, i + TRACES_PER_LOOK_UP))) {
      roots.set(root.traceId, root);
    }
  }
  const hashes = new Map<string, string>();
  const hash = (text: string): string => {
    let known = hashes.get(text);
    if (known === undefined) hashes.set(text, (known = controller.hashUnit(text)));
    return known;
  };
  return rows.map((row) => {
    const root = roots.get(row.traceId);
    const userId = row.userId ?? root?.userId ?? null;
    const sessionId = row.sessionId ?? root?.sessionId ?? null;
    const { unit, isFallback } = unitOf({ userId, sessionId, traceId: row.traceId }, unitKind);
    return {
      row,
      unit,
      unitHash: work.rollout === null || isFallback ? '' : hash(unit),
      sessionHash: sessionId === null ? '' : hash(`session:${sessionId}`),
      isFallback,
    };
  });
}

/** Only rows that could be evidence are worth a look-up of their trace's root. */
function isInRollout(work: Workspace, row: ObservationRow): boolean {
  if (work.rollout === null) return false;
  const attribution = attribute(work.rollout, { ...row, bucket: 0, isFallback: true });
  return attribution.kind === 'unusable' && attribution.why === 'no_unit';
}

async function readScores(reading: Reading): Promise<void> {
  const { controller, work } = reading;
  await foldScoreRows(reading, takePending(work.manifest));
  await readLanes<ScoreRow>(
    reading,
    'scores',
    controller.settings.maxPagesPerTick.scores,
    ({ fromMs, toMs, cursor }) =>
      controller.langfuse.listScores({ names: [], fromMs, toMs, cursor, limit: SCORES_PER_PAGE }),
    (rows) =>
      foldScoreRows(
        reading,
        rows.map((row) => withHashedSession(row, controller.hashUnit)),
      ),
  );
}

function takePending(manifest: Manifest): ScoreRow[] {
  const { pending } = manifest;
  manifest.pending = [];
  return pending;
}

function withHashedSession(row: ScoreRow, hash: (text: string) => string): ScoreRow {
  if (row.subject.kind !== 'session') return row;
  return { ...row, subject: { kind: 'session', sessionId: hash(`session:${row.subject.sessionId}`) } };
}

function traceOf(score: ScoreRow): string {
  return score.subject.kind === 'trace' || score.subject.kind === 'observation' ? score.subject.traceId : '';
}

/** Folds scores; those whose trace is not known wait in the manifest. */
async function foldScoreRows(reading: Reading, rows: ScoreRow[]): Promise<void> {
  if (rows.length === 0) return;
  const { work, cache } = reading;
  const { objects } = reading.controller;
  rows.sort((a, b) => a.timestampMs - b.timestampMs || (a.id < b.id ? -1 : 1));
  const sessions = rows.map((row) => (row.subject.kind === 'session' ? row.subject.sessionId : ''));
  await loadInto(work, objects, cache, { traces: rows.map(traceOf), sessions, units: [], daysMs: [] });
  const sessionTraces = [...work.sessions.values()].map(({ trace }) => trace);
  await loadInto(work, objects, cache, { traces: sessionTraces, sessions: [], units: [], daysMs: [] });
  const traces = [...work.traces.values()];
  await loadInto(work, objects, cache, {
    traces: [],
    sessions: [],
    units: work.rollout === null ? [] : traces.filter(({ s }) => s >= 0).map(({ u }) => u),
    daysMs: traces.map(({ t }) => dayOf(t)),
  });
  work.manifest.pending.push(...foldScores(work, rows));
  await finishBatch(reading);
}

/**
 * Scores whose generation should have been read by now are looked up once in Langfuse by their trace; what is not found
 * then belongs to another prompt or to nothing.
 */
async function lookUpPending(reading: Reading): Promise<void> {
  const { controller, work } = reading;
  const readThroughMs = work.manifest.observations[0]!.doneMs;
  const isRipe = (score: ScoreRow): boolean => score.timestampMs < readThroughMs;
  const ripe = work.manifest.pending.filter(isRipe);
  const traceIds = [...new Set(ripe.map(traceOf).filter((id) => id !== ''))];
  const askable = traceIds.slice(0, controller.settings.maxPagesPerTick.lookups * TRACES_PER_LOOK_UP);
  const found: ObservationRow[] = [];
  for (let i = 0; i < askable.length; i += TRACES_PER_LOOK_UP) {
    await reading.meter.charge();
    found.push(
      ...(await controller.langfuse.observationsOfTraces(
        work.manifest.prompt,
        askable.slice(i, i + TRACES_PER_LOOK_UP),
      )),
    );
  }
  const asked = new Set(askable);
  const isDone = (score: ScoreRow): boolean => isRipe(score) && (traceOf(score) === '' || asked.has(traceOf(score)));
  const done = work.manifest.pending.filter(isDone);
  const waiting = work.manifest.pending.filter((score) => !isDone(score));
  await foldObservationRows(reading, found);
  const foundTraces = new Set(found.map(({ traceId }) => traceId));
  const attributable = done.filter((score) => foundTraces.has(traceOf(score)));
  work.manifest.unattributed.other_trace_score += done.length - attributable.length;
  work.manifest.pending = [];
  await foldScoreRows(reading, attributable);
  const dropped = Math.max(0, waiting.length - MAX_PENDING);
  work.manifest.unattributed.unlinked_score += dropped;
  work.manifest.pending = waiting.slice(dropped);
}

/** Units that come due now: entry into engine B, and coverage. */
async function judgeDue(reading: Reading, rules: RolloutRules): Promise<void> {
  const { work, cache } = reading;
  const evidence = work.manifest.rollout;
  if (evidence === null) return;
  const ripe = evidence.due.filter(({ earliestMs }) => earliestMs <= work.nowMs);
  evidence.due = evidence.due.filter(({ earliestMs }) => earliestMs > work.nowMs);
  for (const { page } of ripe) {
    const entries = await readPage<DueEntry[]>(reading.controller.objects, page);
    const due = entries.filter(([dueMs]) => dueMs <= work.nowMs);
    const units = due.map(([, unit]) => unit);
    await loadInto(work, reading.controller.objects, cache, { traces: [], sessions: [], units, daysMs: [] });
    for (const [, unit, guardrail] of due) handleDue(work, rules, unit, guardrail);
    work.due.push(...entries.filter(([dueMs]) => dueMs > work.nowMs));
    await finishBatch(reading);
  }
  for (const [index, state] of evidence.states.entries()) {
    const blockMs = (stage: number): number => blockLengthMs(reading.work, stage);
    closeBlocks(state, rules.metrics[index]!.frozen, work.nowMs, blockMs);
  }
  work.journal.push(['tick', work.nowMs]);
  const lines = [JSON.stringify({ rollout: evidence.rolloutId, previous: evidence.journal })];
  for (const line of work.journal) lines.push(JSON.stringify(line));
  evidence.journal = await reading.controller.objects.put('evidence', new TextEncoder().encode(lines.join('\n')));
}

/** A block lasts at most an hour, or a quarter of its step's bake time if that is shorter. */
function blockLengthMs(work: Workspace, stage: number): number {
  return Math.min(HOUR_MS, (work.rollout?.bakeOfStageMs(stage) ?? HOUR_MS) / 4);
}

async function finishBatch(reading: Reading): Promise<void> {
  const { work, cache } = reading;
  if (work.rollout !== null) enterTouchedUnits(work, work.rollout);
  await writeBack(work, reading.controller.objects, cache);
}
