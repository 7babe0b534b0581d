import type { Policy } from '../core/policy/policy';
import type { Backtest } from '../local/backtest/backtest';
import type { JudgedAgain } from '../local/backtest/judge-again';
import { guardrailFigures, type GuardrailFigures } from './guardrail-figures';

const HOUR_MS = 3_600_000;

/** Which policy was tried on which prompt. */
export interface BacktestSubject {
  prompt: string;
  /** A file, or the version whose policy it is. */
  policyFrom: string;
  policy: Policy;
}

/** A backtest for programs; times ISO 8601, shares 0..1. */
export interface BacktestFigures {
  prompt: string;
  policy: string;
  from: string;
  to: string;
  generations: number;
  units: number;
  versions: number[];
  rollouts: {
    rollout: string;
    stable: number;
    candidate: number;
    startedAt: string;
    was: { phase: string; at: string | null; reason: string | null };
    /** null = harm is proven at no look. */
    harm: { at: string; hours: number; exposedUnits: number; guardrail: string | null; reason: string } | null;
    guardrails: GuardrailFigures[];
  }[];
  /** Of the rollouts of a version against itself; null without any. `low` and `high` bound the share with 95 % confidence. */
  falseRollback: { share: number; low: number; high: number } | null;
  halves: { startedAt: string; outcome: string; hours: number; exposedUnits: number; reason: string }[];
}

export function backtestFigures(result: Backtest, { prompt, policyFrom }: BacktestSubject): BacktestFigures {
  return {
    prompt,
    policy: policyFrom,
    from: iso(result.window.fromMs),
    to: iso(result.window.toMs),
    generations: result.generations,
    units: result.units,
    versions: result.versions,
    rollouts: result.rollouts.map(judgedFigures),
    falseRollback: result.falseRollback,
    halves: result.halves.map(({ startedAtMs, ...run }) => ({ startedAt: iso(startedAtMs), ...run })),
  };
}

function judgedFigures({ was, harm, startedAtMs, ...judged }: JudgedAgain): BacktestFigures['rollouts'][number] {
  const { rolloutId, stable, candidate, guardrails, verdicts } = judged;
  return {
    rollout: rolloutId,
    stable,
    candidate,
    startedAt: iso(startedAtMs),
    was: { phase: was.phase, at: was.atMs === null ? null : iso(was.atMs), reason: was.reason },
    harm:
      harm === null
        ? null
        : {
            at: iso(harm.atMs),
            hours: (harm.atMs - startedAtMs) / HOUR_MS,
            exposedUnits: harm.exposedUnits,
            guardrail: harm.guardrail,
            reason: harm.reason,
          },
    guardrails: verdicts.map((verdict, index) => guardrailFigures(guardrails[index]!, verdict)),
  };
}

function iso(atMs: number): string {
  return new Date(atMs).toISOString();
}
