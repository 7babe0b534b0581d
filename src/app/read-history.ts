import { unitOf } from '../core/evidence/attribute';
import { parseMetric } from '../core/metrics/metric';
import type { GuardrailPolicy, Policy } from '../core/policy/policy';
import type { ObservationRow, ScoreRow } from '../core/ports';
import type { Controller } from './controller';
import { requestMeter } from './request-meter';

const WINDOW_MS = 7 * 24 * 3_600_000;
/** The newest rows are enough for reference numbers; more would only cost requests. */
const MAX_OBSERVATION_PAGES = 20;
const MAX_SCORE_PAGES = 150;

/** By metric id: for each unit of the stable version its raw values in time order. */
export type History = Map<string, number[][]>;

/**
 * The stable version's last days, read once when a rollout starts: what the frozen reference numbers come from.
 * @returns empty lists where nothing was found
 */
export async function readHistory(
  controller: Controller,
  prompt: string,
  stable: number,
  policy: Policy,
  nowMs: number,
): Promise<History> {
  const meter = requestMeter(controller.budget, 'read', nowMs);
  const window = { fromMs: nowMs - WINDOW_MS, toMs: nowMs };
  const { langfuse } = controller;
  const isEvidence = (row: ObservationRow): boolean =>
    row.version === stable && policy.environments.includes(row.environment);
  const observations = await readPages(MAX_OBSERVATION_PAGES, async (cursor) => {
    await meter.charge();
    return langfuse.listObservations({ prompt, ...window, cursor, limit: 1000 });
  });
  const rows = observations.filter(isEvidence).sort((a, b) => a.startMs - b.startMs);
  const names = scoreNames(policy.guardrails);
  const scores =
    rows.length === 0 || names.length === 0
      ? []
      : await readPages(MAX_SCORE_PAGES, async (cursor) => {
          await meter.charge();
          return langfuse.listScores({ names, ...window, cursor, limit: 100 });
        });
  scores.sort((a, b) => a.timestampMs - b.timestampMs);
  return collect(policy, rows, scores);
}

async function readPages<Row>(
  maxPages: number,
  fetchPage: (cursor: string | null) => Promise<{ rows: Row[]; cursor: string | null }>,
): Promise<Row[]> {
  const rows: Row[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < maxPages; page++) {
    const answer = await fetchPage(cursor);
    for (const row of answer.rows) rows.push(row);
    cursor = answer.cursor;
    if (cursor === null) break;
  }
  return rows;
}

function scoreNames(guardrails: readonly GuardrailPolicy[]): string[] {
  const names = guardrails.flatMap((guardrail) => {
    const metric = parseMetric(guardrail.metric);
    return metric?.kind === 'score' || metric?.kind === 'coverage' ? [metric.name] : [];
  });
  return [...new Set(names)];
}

function collect(policy: Policy, rows: readonly ObservationRow[], scores: readonly ScoreRow[]): History {
  const unitByTrace = new Map<string, string>();
  for (const row of rows) unitByTrace.set(row.traceId, unitOf(row, policy.unit).unit);
  const history: History = new Map();
  for (const guardrail of policy.guardrails) {
    const byUnit = new Map<string, number[]>();
    const add = (unit: string, value: number | null): void => {
      if (value === null) return;
      const values = byUnit.get(unit);
      if (values === undefined) byUnit.set(unit, [value]);
      else values.push(value);
    };
    const metric = parseMetric(guardrail.metric);
    if (metric?.kind === 'score') {
      for (const score of scores) {
        const unit = score.name === metric.name ? unitByTrace.get(traceOf(score)) : undefined;
        if (unit !== undefined) add(unit, rawOfScore(guardrail, metric.categories, score.value));
      }
    } else if (metric?.kind === 'coverage') {
      const scored = new Set(scores.filter(({ name }) => name === metric.name).map(traceOf));
      const units = new Map<string, boolean>();
      for (const [trace, unit] of unitByTrace) units.set(unit, (units.get(unit) ?? false) || scored.has(trace));
      for (const [unit, isScored] of units) add(unit, isScored ? 1 : 0);
    } else if (metric !== null) {
      for (const row of rows) add(unitByTrace.get(row.traceId)!, rawOfRow(metric.kind, row));
    }
    history.set(guardrail.metric, [...byUnit.values()]);
  }
  return history;
}

function traceOf({ subject }: ScoreRow): string {
  return subject.kind === 'trace' || subject.kind === 'observation' ? subject.traceId : '';
}

function rawOfRow(
  kind: 'latency' | 'latency_tail' | 'cost' | 'tokens' | 'error_rate',
  row: ObservationRow,
): number | null {
  switch (kind) {
    case 'latency':
    case 'latency_tail':
      return row.latencyMs;
    case 'cost':
      return row.costUsd;
    case 'tokens':
      return row.tokens;
    case 'error_rate':
      return row.isError ? 0 : 1;
  }
}

function rawOfScore(
  guardrail: GuardrailPolicy,
  categories: readonly string[] | null,
  value: ScoreRow['value'],
): number | null {
  const higherIsBetter = guardrail.direction === 'higher_is_better';
  if (categories !== null)
    return typeof value === 'string' ? Number(categories.includes(value) === higherIsBetter) : null;
  if (guardrail.range !== null) return typeof value === 'number' && Number.isFinite(value) ? value : null;
  return value === true || value === 1
    ? Number(higherIsBetter)
    : value === false || value === 0
      ? Number(!higherIsBetter)
      : null;
}
