import type { GuardrailState } from '../../../core/judging/guardrail-state';
import { combineHarm, judgeGuardrail } from '../../../core/judging/judge';
import type { EvidenceOfOthers } from './evidence-of-others';
import type { MetricModel } from './metric-model';
import { type RuleOfOthers, RULES_OF_OTHERS } from './rules-of-others';

/** Error bounds of the simulated rollouts. */
export const BOUNDS = { alpha: 0.05, beta: 0.05 };

/** Rampart, its two engines alone, and the rules of others. */
export const RULES = ['rampart', 'engineA', 'engineB', 'threshold', 'welch', 'kayenta', 'growthbook'] as const;
export type Rule = (typeof RULES)[number];

const OTHERS = Object.entries(RULES_OF_OTHERS) as [keyof typeof RULES_OF_OTHERS, RuleOfOthers][];

/** How one rollout went. Exposure: values of the candidate's arm until the rollback, else until the end. */
export interface RolloutResult {
  rolledBack: Record<Rule, boolean>;
  exposed: Record<Rule, number>;
  /** Rampart alone: the gate's and the promotion's proof were ever reached, rolled back or not. */
  everGate: boolean;
  everSafe: boolean;
  /** The gate's proof was there when 10 % became 50 %. */
  gateAtSwitch: boolean;
  /** Rampart would promote at the end: proven safe, above the margin now, and never rolled back. */
  promoted: boolean;
}

/** Judges a rollout look by look: the engine at every tick, the rules of others every hour. */
export function judgeLooks(
  { guardrail, worse }: MetricModel,
  state: GuardrailState,
  others: EvidenceOfOthers,
  { switchHour }: { switchHour: number },
): { look: (atHour: number) => void; allRolledBack: () => boolean; result: () => RolloutResult } {
  const harmBar = Math.log(1 / BOUNDS.alpha);
  const safeBar = Math.log(1 / BOUNDS.beta);
  const exposedAt = new Map<Rule, number>();
  const seen = { everGate: false, everSafe: false, gateAtSwitch: false, isAboveMargin: false };
  const exposedNow = (): number => others.values.candidate.n;
  const decide = (rule: Rule, isHarm: boolean): void => {
    if (isHarm && !exposedAt.has(rule)) exposedAt.set(rule, exposedNow());
  };
  const result = (): RolloutResult => {
    const by = <Value>(value: (rule: Rule) => Value): Record<Rule, Value> =>
      Object.fromEntries(RULES.map((rule) => [rule, value(rule)])) as Record<Rule, Value>;
    return {
      rolledBack: by((rule) => exposedAt.has(rule)),
      exposed: by((rule) => exposedAt.get(rule) ?? exposedNow()),
      everGate: seen.everGate,
      everSafe: seen.everSafe,
      gateAtSwitch: seen.gateAtSwitch,
      promoted: seen.everSafe && seen.isAboveMargin && !exposedAt.has('rampart'),
    };
  };
  return {
    look(atHour) {
      const verdict = judgeGuardrail(guardrail, state, BOUNDS);
      decide('rampart', combineHarm([verdict], [guardrail], BOUNDS).logE >= harmBar);
      decide('engineA', verdict.logEHarmA >= harmBar);
      decide('engineB', verdict.logEHarmB >= harmBar);
      seen.everGate ||= verdict.logESafeGate >= safeBar;
      seen.everSafe ||= verdict.logESafe >= safeBar;
      seen.isAboveMargin = verdict.difference !== null && verdict.difference + verdict.delta > 0;
      if (atHour <= switchHour) seen.gateAtSwitch = seen.everGate;
      if (!Number.isInteger(atHour)) return;
      for (const [rule, isHarm] of OTHERS) if (!exposedAt.has(rule)) decide(rule, isHarm(others, worse, atHour));
    },
    allRolledBack: () => exposedAt.size === RULES.length,
    result,
  };
}
