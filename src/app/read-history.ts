import { isRampartError } from '../core/errors';
import { historyOf, type History } from '../core/evidence/history';
import { unitOf } from '../core/evidence/attribute';
import { parseMetric } from '../core/metrics/metric';
import type { Policy } from '../core/policy/policy';
import type { ObservationRow } from '../core/ports';
import type { Controller } from './controller';
import { requestMeter, type RequestMeter } from './request-meter';

const WINDOW_MS = 7 * 24 * 3_600_000;
/** The newest rows are enough for reference numbers; more would only cost requests. */
const MAX_OBSERVATION_PAGES = 20;
const MAX_SCORE_PAGES = 150;
/** Traces whose root is asked for when their generations name no unit: enough for a few hundred units. */
const MAX_LOOK_UPS = 20;
const TRACES_PER_LOOK_UP = 50;

/**
 * The stable version's last days, read once when a rollout starts: what the frozen reference numbers come from. When the
 * budget of requests runs out on the way, the newest rows that were read have to do.
 * @returns by metric id; empty lists where nothing was found
 */
export async function readHistory(
  controller: Pick<Controller, 'langfuse' | 'budget'>,
  prompt: string,
  stable: number,
  policy: Policy,
  nowMs: number,
): Promise<History> {
  const { langfuse } = controller;
  const meter = requestMeter(controller.budget, 'read', nowMs);
  const window = { fromMs: nowMs - WINDOW_MS, toMs: nowMs };
  const rows = await readPages(meter, { maxPages: MAX_OBSERVATION_PAGES, isNeeded: true }, (cursor) =>
    langfuse.listObservations({ prompt, ...window, cursor, limit: 1000 }),
  );
  const names = scoreNames(policy);
  const hasScores = names.length > 0 && rows.some(({ version }) => version === stable);
  const scores = !hasScores
    ? []
    : await readPages(meter, { maxPages: MAX_SCORE_PAGES, isNeeded: false }, (cursor) =>
        langfuse.listScores({ names, ...window, cursor, limit: 100 }),
      );
  return historyOf(policy, stable, await withRoots(controller, meter, policy, rows), scores);
}

/** A list's pages, newest first. */
type FetchPage<Row> = (cursor: string | null) => Promise<{ rows: Row[]; cursor: string | null }>;

/**
 * Pages as far as the budget goes.
 * @param isNeeded true when it is an error that the budget does not even give the first one
 */
async function readPages<Row>(
  meter: RequestMeter,
  { maxPages, isNeeded }: { maxPages: number; isNeeded: boolean },
  fetchPage: FetchPage<Row>,
): Promise<Row[]> {
  const rows: Row[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < maxPages; page++) {
    const request: Promise<{ rows: Row[]; cursor: string | null }> = meter.ask(fetchPage.bind(null, cursor));
    const answer = await (isNeeded && page === 0 ? request : orNothing(request));
    if (answer === null) break;
    for (const row of answer.rows) rows.push(row);
    cursor = answer.cursor;
    if (cursor === null) break;
  }
  return rows;
}

/** Fills in the unit from the trace's root where the generation has none: for the newest traces only. */
async function withRoots(
  { langfuse }: Pick<Controller, 'langfuse'>,
  meter: RequestMeter,
  policy: Policy,
  rows: readonly ObservationRow[],
): Promise<ObservationRow[]> {
  const lacking = rows.filter((row) => unitOf(row, policy.unit).isFallback);
  const traceIds = [...new Set(lacking.map(({ traceId }) => traceId))].slice(0, MAX_LOOK_UPS * TRACES_PER_LOOK_UP);
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
