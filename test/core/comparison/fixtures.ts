import type { Comparison, ComparisonInput } from '../../../src/core/comparison/comparison';
import type { ComparisonEvidence } from '../../../src/core/comparison/evidence';
import { startComparison } from '../../../src/core/comparison/plan-start';
import type { ExperimentEvidence } from '../../../src/core/evidence/manifest';
import { emptyGuardrailState, updateUnit, type GuardrailState } from '../../../src/core/judging/guardrail-state';
import { boundedGuardrail } from '../judging/fixtures';
import { policyOf } from '../policy/example-policy';

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
export const TICK_MS = 15 * 60_000;
export const START_MS = Date.UTC(2026, 0, 12);
/** Long enough for a decision. */
export const NOW_MS = START_MS + 2 * DAY_MS;
export const METRIC = boundedGuardrail();

const NAMES = 'abcdefgh';

/** Versions 3 (control, `a`), 4 (`b`) … in even parts, on a judge's score that no guardrail guards beside it. */
export function comparisonOf(arms = 2, changes: Partial<ComparisonInput> = {}, policy: object = {}): Comparison {
  const width = Math.floor(10_000 / arms);
  const { comparison } = startComparison(
    {
      prompt: 'greeting',
      stable: 3,
      startedBy: 'ada',
      because: '',
      arms: Array.from({ length: arms }, (_, index) => ({
        name: NAMES[index]!,
        version: 3 + index,
        from: width * index,
        to: width * (index + 1),
      })),
      policy: policyOf(policy),
      policyHash: 'hash',
      guardrails: [METRIC],
      metric: { ...METRIC, weight: 0 },
      metricPolicy: policyOf({}).guardrails[0]!,
      metricIndex: 0,
      atLeastMs: HOUR_MS,
      forMs: 14 * DAY_MS,
      onWinner: 'rollout',
      ...changes,
    },
    [],
    START_MS,
  );
  return comparison;
}

/** Units of one arm, one value each, spread evenly around the mean. */
export interface ArmData {
  units: number;
  mean: number;
}

/** Units of every arm on the z scale; the control's count in every pair. */
export function statesOf(arms: readonly ArmData[], spread = 0.2): GuardrailState[][] {
  const [control, ...variants] = arms;
  return variants.map((variant) => {
    const state = emptyGuardrailState(METRIC);
    for (const [role, arm] of [
      ['stable', control!],
      ['candidate', variant],
    ] as const) {
      for (let unit = 0; unit < arm.units; unit++) {
        const y = arm.mean + (unit % 2 === 0 ? spread : -spread);
        updateUnit(state, { stage: 0, arm: role, before: { m: 0, y: 0 }, after: { m: 1, y }, others: [] });
      }
    }
    return [state];
  });
}

/** Evidence in order: fresh rows in every arm, shares as planned. */
export function evidenceOf(
  comparison: Comparison,
  arms: readonly ArmData[],
  changes: Partial<Omit<ComparisonEvidence, 'judged'>> & { judged?: Partial<ExperimentEvidence> | null } = {},
  nowMs = NOW_MS,
): ComparisonEvidence {
  const { judged, ...others } = changes;
  const units = arms.map((arm) => arm.units);
  const stored: ExperimentEvidence = {
    experimentId: comparison.id,
    states: statesOf(arms),
    firstExposed: [units],
    stageUnits: [units],
    hours: [{ hourMs: nowMs - HOUR_MS, used: 200, unusable: {} }],
    newestMs: comparison.arms.map(() => nowMs - 600_000),
    exposedUnits: units.slice(1).reduce((sum, each) => sum + each, 0),
    units: null,
    due: [],
    journal: 'evidence/1',
    ...judged,
  };
  return {
    judged: judged === null ? null : stored,
    readThroughMs: nowMs - 600_000,
    providerProblem: null,
    labels: { production: 3, candidate: null, stableExists: true },
    tickEveryMs: TICK_MS,
    ...others,
  };
}
