import { isRampartError } from '../core/errors';
import { unitOf } from '../core/evidence/attribute';
import { parseMetric } from '../core/metrics/metric';
import type { Policy } from '../core/policy/policy';
import type { ObservationRow, ScoreRow } from '../core/ports';
import type { Controller } from './controller';
import { requestMeter, type RequestMeter } from './request-meter';

const TRACES_PER_LOOK_UP = 50;

/** What of the past is asked for. */
export interface PastQuery {
  /** [fromMs, toMs), ms. */
  window: { fromMs: number; toMs: number };
  /** Most requests of each kind: pages of 1,000 generations, pages of 100 scores, look-ups of 50 traces. */
  most: { observationPages: number; scorePages: number; lookUps: number };
  /** Whether scores are of any use, now that the generations are known. */
  needsScores: (rows: readonly ObservationRow[]) => boolean;
}

/** Rows of the past, newest first, with the unit of the trace's root where a generation names none. */
export interface PastRows {
  rows: ObservationRow[];
  scores: ScoreRow[];
  /** From when on there are scores, ms, when older ones were not read; absent = all were. */
  scoresFromMs?: number;
}

/**
 * A prompt's generations and the scores that a policy names, of a stretch of the past. When the budget of requests or the given
 * number of them runs out on the way, the newest rows have to do.
 * @throws budget_exhausted when not even the first page could be asked for; provider_* when Langfuse cannot be asked
 */
export async function readPast(
  controller: Pick<Controller, 'langfuse' | 'budget'>,
  prompt: string,
  policy: Policy,
  { window, most, needsScores }: PastQuery,
  nowMs: number,
): Promise<PastRows> {
  const { langfuse } = controller;
  const meter = requestMeter(controller.budget, 'read', nowMs);
  const { rows } = await readPages(meter, { maxPages: most.observationPages, isNeeded: true }, (cursor) =>
    langfuse.listObservations({ prompt, ...window, cursor, limit: 1000 }),
  );
  const names = scoreNames(policy);
  const hasScores = names.length > 0 && needsScores(rows);
  const { rows: scores, isCut } = !hasScores
    ? { rows: [], isCut: false }
    : await readPages(meter, { maxPages: most.scorePages, isNeeded: false }, (cursor) =>
        langfuse.listScores({ names, ...window, cursor, limit: 100 }),
      );
  const past = { rows: await withRoots(controller, meter, policy, rows, most.lookUps), scores };
  return isCut && scores.length > 0
    ? { ...past, scoresFromMs: Math.min(...scores.map(({ timestampMs }) => timestampMs)) }
    : past;
}

/** A list's pages, newest first. */
type FetchPage<Row> = (cursor: string | null) => Promise<{ rows: Row[]; cursor: string | null }>;

/**
 * Pages as far as the budget goes.
 * @param isNeeded true when it is an error that the budget does not even give the first one
 * @returns `isCut` when older rows were left out
 */
async function readPages<Row>(
  meter: RequestMeter,
  { maxPages, isNeeded }: { maxPages: number; isNeeded: boolean },
  fetchPage: FetchPage<Row>,
): Promise<{ rows: Row[]; isCut: boolean }> {
  const rows: Row[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < maxPages; page++) {
    const request: Promise<{ rows: Row[]; cursor: string | null }> = meter.ask(fetchPage.bind(null, cursor));
    const answer = await (isNeeded && page === 0 ? request : orNothing(request));
    if (answer === null) break;
    for (const row of answer.rows) rows.push(row);
    cursor = answer.cursor;
    if (cursor === null) return { rows, isCut: false };
  }
  return { rows, isCut: true };
}

/** Fills in the unit from the trace's root where the generation has none: for the newest traces only. */
async function withRoots(
  { langfuse }: Pick<Controller, 'langfuse'>,
  meter: RequestMeter,
  policy: Policy,
  rows: readonly ObservationRow[],
  maxLookUps: number,
): Promise<ObservationRow[]> {
  const lacking = rows.filter((row) => unitOf(row, policy.unit).isFallback);
  const traceIds = [...new Set(lacking.map(({ traceId }) => traceId))].slice(0, maxLookUps * TRACES_PER_LOOK_UP);
  const roots = new Map<string, { userId: string | null; sessionId: string | null }>();
  for (let i = 0; i < traceIds.length; i += TRACES_PER_LOOK_UP) {
    const asked = traceIds.slice(i, i + TRACES_PER_LOOK_UP);
    const found = await orNothing(meter.ask(() => langfuse.rootsOfTraces(asked)));
    if (found === null) break;
    for (const root of found) roots.set(root.traceId, root);
  }
  return rows.map((row) => {
    const root = roots.get(row.traceId);
    if (root === undefined) return row;
    return { ...row, userId: row.userId ?? root.userId, sessionId: row.sessionId ?? root.sessionId };
  });
}

/** null when the budget of requests is used up; other errors are the caller's. */
async function orNothing<Answer>(answer: Promise<Answer>): Promise<Answer | null> {
  try {
    return await answer;
  } catch (error) {
    if (isRampartError(error, 'budget_exhausted')) return null;
    throw error;
  }
}

function scoreNames({ guardrails }: Policy): string[] {
  const names = guardrails.flatMap(({ metric: text }) => {
    const metric = parseMetric(text);
    return metric?.kind === 'score' || metric?.kind === 'coverage' ? [metric.name] : [];
  });
  return [...new Set(names)];
}
