import { parseMetric } from '../metrics/metric';
import { formatDuration, parseDuration } from './duration';
import { metricKey, readMetric } from './metric-traits';
import type { GuardrailPolicy, Policy } from './policy';
import { collectProblems, type Path, type PolicySource, type Problem, type Report } from './problem';
import { readShape, type Readable } from './read-shape';
import { writtenBounds, type WrittenBounds } from './written-bounds';

/** A deployment's limits after reading: durations in ms, metrics by their key. null bounds nothing. */
export interface Bounds {
  maxFirstPercent: number | null;
  minBakeMs: number | null;
  minUnits: number | null;
  /** Keys of metrics, see `metricKey`. */
  requiredGuardrails: readonly string[];
  minRequiredWeightShare: number | null;
  /** By key of the metric; on the scale of the guardrail's margin. */
  maxMargins: ReadonlyMap<string, number>;
  minAlpha: number | null;
  maxAlpha: number | null;
  maxBeta: number | null;
  minAlphaSrm: number | null;
  maxSettleMs: number | null;
  maxUnusableShare: number | null;
  minHoldout: number | null;
  minWatchMs: number | null;
  allowWithoutScores: boolean;
  allowDeclaredReference: boolean;
}

/**
 * Reads a deployment's bounds.
 * @param value read from YAML or JSON; undefined = no bounds
 * @returns the bounds, or everything that is wrong with them
 */
export function parseBounds(value: unknown): { ok: true; bounds: Bounds } | { ok: false; problems: Problem[] } {
  const { problems: shapeProblems, readable } = readShape(writtenBounds, value === undefined ? {} : value);
  const problems = collectProblems((report) => {
    for (const { path, message } of shapeProblems) report(path, message);
    checkWrittenBounds(readable, report);
  });
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, bounds: normaliseBounds(writtenBounds.parse(value ?? {})) };
}

function checkWrittenBounds(bounds: Readable<WrittenBounds>, report: Report): void {
  for (const [index, metric] of (bounds.requiredGuardrails ?? []).entries()) {
    if (metric !== undefined) readMetric(metric, ['requiredGuardrails', index], report);
  }
  for (const metric of Object.keys(bounds.maxMargins ?? {})) readMetric(metric, ['maxMargins', metric], report);
  if (bounds.minAlpha !== undefined && bounds.maxAlpha !== undefined && bounds.minAlpha > bounds.maxAlpha) {
    report(['minAlpha'], `expected at most maxAlpha (${bounds.maxAlpha}), got ${bounds.minAlpha}`);
  }
}

function normaliseBounds(written: WrittenBounds): Bounds {
  const ms = (text: string | undefined): number | null => (text === undefined ? null : parseDuration(text));
  return {
    maxFirstPercent: written.maxFirstPercent ?? null,
    minBakeMs: ms(written.minBake),
    minUnits: written.minUnits ?? null,
    requiredGuardrails: (written.requiredGuardrails ?? []).map(keyOf),
    minRequiredWeightShare: written.minRequiredWeightShare ?? null,
    maxMargins: new Map(Object.entries(written.maxMargins ?? {}).map(([metric, margin]) => [keyOf(metric), margin])),
    minAlpha: written.minAlpha ?? null,
    maxAlpha: written.maxAlpha ?? null,
    maxBeta: written.maxBeta ?? null,
    minAlphaSrm: written.minAlphaSrm ?? null,
    maxSettleMs: ms(written.maxSettle),
    maxUnusableShare: written.maxUnusableShare ?? null,
    minHoldout: written.minHoldout ?? null,
    minWatchMs: ms(written.minWatch),
    allowWithoutScores: written.allowWithoutScores ?? true,
    allowDeclaredReference: written.allowDeclaredReference ?? true,
  };
}

function keyOf(text: string): string {
  const metric = parseMetric(text);
  if (metric === null) throw new Error(`${text} is not a metric`);
  return metricKey(metric);
}

/**
 * What a policy allows itself beyond the deployment's bounds.
 * @param sources where the policy's keys came from, for the problems to say it
 * @returns one problem per value, with its path in the written policy; empty when the policy keeps within them
 */
export function checkBounds(
  policy: Policy,
  bounds: Bounds,
  sources: Readonly<Record<string, PolicySource>> = {},
): Problem[] {
  return collectProblems(
    (report) => {
      const limit = limiter(report);
      limit(['steps', 0, 'percent'], policy.steps[0]?.percent, { most: bounds.maxFirstPercent });
      for (const [index, { bakeMs }] of policy.steps.entries()) {
        limit(['steps', index, 'bake'], bakeMs, { least: bounds.minBakeMs, format: formatDuration });
      }
      limit(['minUnits'], policy.minUnits, { least: bounds.minUnits });
      limit(['alpha'], policy.alpha, { least: bounds.minAlpha, most: bounds.maxAlpha });
      limit(['beta'], policy.beta, { most: bounds.maxBeta });
      limit(['alphaSrm'], policy.alphaSrm, { least: bounds.minAlphaSrm });
      limit(['settle'], policy.settleMs, { most: bounds.maxSettleMs, format: formatDuration });
      limit(['maxUnusableShare'], policy.maxUnusableShare, { most: bounds.maxUnusableShare });
      limit(['holdout'], policy.holdout, { least: bounds.minHoldout });
      limit(['watch'], policy.watchMs, { least: bounds.minWatchMs, format: formatDuration });
      checkGuardrailBounds(policy.guardrails, bounds, report);
    },
    ([key]) => sources[String(key)],
  );
}

function checkGuardrailBounds(guardrails: readonly GuardrailPolicy[], bounds: Bounds, report: Report): void {
  const limit = limiter(report);
  const keys = guardrails.map(({ metric }) => keyOf(metric));
  const totalWeight = guardrails.reduce((sum, { weight }) => sum + weight, 0);
  for (const required of bounds.requiredGuardrails.filter((key) => !keys.includes(key))) {
    report(['guardrails'], `expected a guardrail on '${required}', which the deployment requires, got none`);
  }
  if (!bounds.allowWithoutScores && !keys.some((key) => key.startsWith('score:'))) {
    report(['guardrails'], 'expected a guardrail on a score, which the deployment requires, got none');
  }
  for (const [index, guardrail] of guardrails.entries()) {
    const path = ['guardrails', index];
    const key = keyOf(guardrail.metric);
    limit([...path, 'margin'], guardrail.margin, { most: bounds.maxMargins.get(key) ?? null });
    limit([...path, 'settle'], guardrail.settleMs, { most: bounds.maxSettleMs, format: formatDuration });
    if (bounds.requiredGuardrails.includes(key)) {
      const leastWeight = (bounds.minRequiredWeightShare ?? 0) * totalWeight;
      limit([...path, 'weight'], guardrail.weight, { least: leastWeight, format: fourDigits });
    }
    const { variance, rate } = guardrail.reference;
    if (!bounds.allowDeclaredReference && (variance !== null || rate !== null)) {
      report([...path, 'reference'], 'expected no declared reference numbers, which the deployment forbids, got some');
    }
  }
}

const fourDigits = (value: number): string => String(Number(value.toPrecision(4)));

interface Limit {
  least?: number | null;
  most?: number | null;
  format?: (value: number) => string;
}

function limiter(report: Report): (path: Path, value: number | undefined, limit: Limit) => void {
  return (path, value, { least = null, most = null, format = String }) => {
    if (value === undefined) return;
    if (least !== null && value < least) {
      report(path, `expected at least ${format(least)} (the deployment's bound), got ${format(value)}`);
    }
    if (most !== null && value > most) {
      report(path, `expected at most ${format(most)} (the deployment's bound), got ${format(value)}`);
    }
  };
}
