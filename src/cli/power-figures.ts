import type { PowerReport, PromptPower } from '../app/plan-power';
import type { GuardrailPower, Moment } from '../core/planning/plan-power';
import type { ArmUnits } from '../core/planning/planned-units';
import type { Transform } from '../core/judging/guardrail';
import { ownScale, SCALES, type GuardrailFigures } from './guardrail-figures';

const HOUR_MS = 3_600_000;

/** A time from the start of the rollout, with the units that have a value by then. */
interface MomentFigures {
  hours: number;
  units: ArmUnits;
}

/** What a rollout will see, for programs. Changes are on the metric's own scale, as in `status`; null = never within the ramp. */
export interface PowerFigures {
  /** null for a file of scores. */
  prompt: string | null;
  stable: number | null;
  policyOf: number | null;
  historyDays: number | null;
  unitsPerDay: number;
  ramp: {
    steps: { percent: number; fromHours: number; toHours: number }[];
    isHeld: boolean;
    promotedAfterHours: number | null;
    finalAfterHours: number | null;
  };
  guardrails: {
    guardrail: string;
    unitsPerDay: number;
    margin: number;
    scale: GuardrailFigures['scale'];
    marginFound50: MomentFigures | null;
    marginFound80: MomentFigures | null;
    provenSafe: MomentFigures | null;
    steps: (MomentFigures & {
      percent: number;
      /** The smallest regressions found with 50 and 80 % probability by the end of the step. */
      smallest50: number | null;
      smallest80: number | null;
      curve: { change: number; probability: number }[];
    })[];
  }[];
  warnings: readonly string[];
}

/** @param about the prompt and its history; null for a file of scores */
export function powerFigures(report: PowerReport, about: (PromptPower & { prompt: string }) | null): PowerFigures {
  const { ramp, promotedAfterMs, finalAfterMs } = report;
  return {
    prompt: about?.prompt ?? null,
    stable: about?.stable ?? null,
    policyOf: about?.policyOf ?? null,
    historyDays: about === null ? null : about.historyMs / (24 * HOUR_MS),
    unitsPerDay: report.unitsPerDay,
    ramp: {
      steps: ramp.steps.map(({ percent, fromMs, toMs }) => {
        return { percent, fromHours: fromMs / HOUR_MS, toHours: toMs / HOUR_MS };
      }),
      isHeld: ramp.isHeld,
      promotedAfterHours: promotedAfterMs === null ? null : promotedAfterMs / HOUR_MS,
      finalAfterHours: finalAfterMs === null ? null : finalAfterMs / HOUR_MS,
    },
    guardrails: report.guardrails.map(guardrailPowerFigures),
    warnings: report.warnings,
  };
}

function guardrailPowerFigures(power: GuardrailPower): PowerFigures['guardrails'][number] {
  const { id, transform, delta } = power.guardrail;
  return {
    guardrail: id,
    unitsPerDay: power.unitsPerDay,
    margin: worse(transform, delta),
    scale: SCALES[transform.kind],
    marginFound50: power.marginFound50 && moment(power.marginFound50),
    marginFound80: power.marginFound80 && moment(power.marginFound80),
    provenSafe: power.provenSafe && moment(power.provenSafe),
    steps: power.steps.map(({ percent, smallest50, smallest80, curve, ...end }) => ({
      ...moment(end),
      percent,
      smallest50: smallest50 === null ? null : worse(transform, smallest50),
      smallest80: smallest80 === null ? null : worse(transform, smallest80),
      curve: curve.map(({ effect, probability }) => ({ change: worse(transform, effect), probability })),
    })),
  };
}

/** The change of the metric that lowers the mean z by so much; a loss of nothing is 0, not -0. */
function worse(transform: Transform, effect: number): number {
  return ownScale(transform, -effect) + 0;
}

function moment({ atMs, units }: Moment): MomentFigures {
  return { hours: atMs / HOUR_MS, units };
}
