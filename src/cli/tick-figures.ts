import type { TickReport } from '../app/tick-prompt';
import { comparisonState } from '../core/comparison/view';
import { currentStage, displayState } from '../core/rollout/rollout';
import { guardrailFigures, type GuardrailFigures } from './guardrail-figures';

/** A tick for programs. */
export interface TickFigures {
  prompt: string;
  outcome: TickReport['outcome'];
  /** null = the prompt never had a rollout. */
  state: string | null;
  candidate: number | null;
  /** The candidate's share of the traffic, 0..100; null without a rollout. */
  percent: number | null;
  guardrails: GuardrailFigures[];
  /** The comparison that runs, or ended with this tick; null = there is none. */
  comparison: { id: string; state: string; winner: string | null } | null;
  reasons: readonly string[];
  problem: string | null;
}

export function tickFigures({ prompt, outcome, rollout, plan, comparing, problem }: TickReport): TickFigures {
  const verdicts = new Map(plan?.verdicts.map((verdict) => [verdict.guardrail, verdict]));
  return {
    prompt,
    outcome,
    state: rollout && displayState(rollout),
    candidate: rollout?.candidate ?? null,
    percent: rollout && currentStage(rollout).percent,
    guardrails: (rollout?.guardrails ?? []).flatMap((guardrail) => {
      const verdict = verdicts.get(guardrail.id);
      return verdict === undefined ? [] : [guardrailFigures(guardrail, verdict)];
    }),
    comparison: comparing && {
      id: comparing.next.id,
      state: comparisonState(comparing.next),
      winner: comparing.next.outcome?.winner ?? null,
    },
    reasons: plan?.reasons ?? comparing?.reasons ?? [],
    problem,
  };
}
