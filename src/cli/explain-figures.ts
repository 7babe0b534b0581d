import type { EventsAround, Explanation } from '../app/explain-rollout';
import type { ArmCounts } from '../core/rollout/evidence';
import type { AuditEvent } from '../core/item/prompt-item';
import { guardrailFigures, type GuardrailFigures } from './guardrail-figures';
import { historyEvent, type HistoryEvent } from './history';

/** ln of a guardrail's e-values; 0 is no evidence. */
export interface LogEvidenceFigures {
  harmEngineA: number;
  harmEngineB: number;
  harm: number;
  /** Candidate, and stable, below the limit of the policy; null = it has none. */
  floor: number | null;
  floorStable: number | null;
  /** Not worse than three margins, and than the margin. */
  gate: number;
  safe: number;
}

/** One look of a rollout, for programs. Times are ISO 8601 in UTC. */
export interface ExplanationFigures {
  prompt: string;
  rollout: string;
  stable: number;
  candidate: number;
  tickAt: string;
  /** The tick after it; null = this is the newest. */
  nextTickAt: string | null;
  /** The step that was judged, from 0, with the candidate's share of the traffic, 0..100. */
  step: number;
  percent: number;
  stepSince: string;
  /** What ln e has to reach. */
  thresholds: { harm: number; safe: number; shares: number };
  harm: {
    /** ln of the weighted mean of the guardrails' e-values for harm. */
    logE: number;
    /** The largest so far; null for a look that is not the newest. */
    peak: number | null;
    /** Guardrails that are proven worse one by one. */
    proven: readonly string[];
    bothArmsBroken: readonly string[];
  };
  guardrails: (GuardrailFigures & {
    /** Means as the judge sees them: in [0, 1], higher is better; null = no data. */
    zStable: number | null;
    zCandidate: number | null;
    weight: number;
    /** Engine A's test for one look: at so many effective units, a deficit of so many standard errors; null = none is planned. */
    plannedEnd: { effectiveUnits: number; bound: number } | null;
    logE: LogEvidenceFigures;
    /** The largest ln e so far, which decides on advancing; null for a look that is not the newest. */
    peaks: { gate: number; safe: number } | null;
  })[];
  shares: { logE: number; steps: { percent: number; firstExposed: ArmCounts }[] };
  events: { before: HistoryEvent | null; decided: HistoryEvent[]; after: HistoryEvent | null };
}

export function explanationFigures(explanation: Explanation): ExplanationFigures {
  const { rollout, stage, harm, peaks, srm } = explanation;
  const { alpha, beta, alphaSrm } = rollout.policy;
  return {
    prompt: rollout.prompt,
    rollout: rollout.id,
    stable: rollout.stable,
    candidate: rollout.candidate,
    tickAt: iso(explanation.tickMs),
    nextTickAt: explanation.nextTickMs === null ? null : iso(explanation.nextTickMs),
    step: stage.step,
    percent: stage.percent,
    stepSince: iso(stage.fromMs),
    thresholds: { harm: Math.log(1 / alpha), safe: Math.log(1 / beta), shares: Math.log(1 / alphaSrm) },
    harm: { ...harm, peak: peaks?.harm ?? null },
    guardrails: guardrailsOf(explanation),
    shares: { logE: srm.logE, steps: srm.stages },
    events: eventsOf(explanation.events),
  };
}

function guardrailsOf({ rollout, verdicts, peaks }: Explanation): ExplanationFigures['guardrails'] {
  return rollout.guardrails.flatMap((guardrail, index) => {
    const verdict = verdicts[index];
    if (verdict === undefined) return [];
    return {
      ...guardrailFigures(guardrail, verdict),
      zStable: verdict.meanStable,
      zCandidate: verdict.meanCandidate,
      weight: guardrail.weight,
      plannedEnd: guardrail.harmPlan?.plannedEnd ?? null,
      logE: {
        harmEngineA: verdict.logEHarmA,
        harmEngineB: verdict.logEHarmB,
        harm: verdict.logEHarm,
        floor: verdict.logEFloor,
        floorStable: verdict.logEFloorStable,
        gate: verdict.logESafeGate,
        safe: verdict.logESafe,
      },
      peaks: peaks?.perGuardrail[guardrail.id] ?? null,
    };
  });
}

function eventsOf({ before, decided, after }: EventsAround): ExplanationFigures['events'] {
  const shown = (event: AuditEvent | null): HistoryEvent | null => event && historyEvent(event);
  return { before: shown(before), decided: decided.map(historyEvent), after: shown(after) };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
