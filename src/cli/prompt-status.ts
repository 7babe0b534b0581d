import { inspectRollout } from '../app/inspect-rollout';
import type { ArmCounts } from '../core/rollout/evidence';
import { deadlineMs, type Comparison } from '../core/comparison/comparison';
import { comparisonState } from '../core/comparison/view';
import type { PromptItem } from '../core/item/prompt-item';
import type { Verdict } from '../core/judging/verdict';
import { currentStage, displayState, type Rollout } from '../core/rollout/rollout';
import { guardrailFigures, type GuardrailFigures } from './guardrail-figures';
import type { StoredState } from './stored-state';

/** Where a prompt is, for programs. Times are ISO 8601 in UTC; null = there is none. */
export interface PromptStatus {
  prompt: string;
  /** `none` when the prompt never had a rollout. */
  state: string;
  /** The version for everyone outside the candidate's share. */
  stable: number | null;
  rollout: {
    id: string;
    stable: number;
    candidate: number;
    phase: Rollout['phase'];
    /** The candidate's share of the traffic, 0..100. */
    percent: number;
    startedBy: string;
    startedAt: string;
    stepSince: string;
    /** Units exposed to the candidate so far. */
    exposedUnits: number;
    /** Units in the present step. */
    stepUnits: { stable: number; candidate: number } | null;
    hold: { kind: string; reason: string; since: string } | null;
    pause: { by: string; because: string; since: string } | null;
    outcome: { code: string; reason: string; by: string; at: string } | null;
  } | null;
  guardrails: GuardrailFigures[];
  /** The comparison that runs, or the last one; `rampart compare show` says more. */
  comparison: {
    id: string;
    state: string;
    metric: string;
    arms: { name: string; version: number; percent: number; dropped: string | null }[];
    winner: string | null;
    startedAt: string;
    until: string;
    endedAt: string | null;
  } | null;
  quarantined: (readonly [number, number])[];
  /** Alerts and label moves that are still to be carried out. */
  waiting: number;
  lastTickAt: string | null;
}

/** An item with what its last tick saw. */
export interface JudgedItem {
  item: PromptItem;
  verdicts: readonly Verdict[];
  /** Units in the present step, by arm; null without a rollout. */
  stageUnits: ArmCounts | null;
}

/** @returns null when nothing is stored about the prompt */
export async function readJudged(state: StoredState, prompt: string): Promise<JudgedItem | null> {
  const inspection = await inspectRollout(state, prompt);
  if (inspection !== null) return inspection;
  const item = await state.store.read(prompt);
  return item && { item, verdicts: [], stageUnits: null };
}

/** Where a prompt is. */
export function promptStatus({ item, verdicts, stageUnits }: JudgedItem): PromptStatus {
  const { rollout } = item;
  const byId = new Map(verdicts.map((verdict) => [verdict.guardrail, verdict]));
  return {
    prompt: item.prompt,
    state: rollout === null ? 'none' : displayState(rollout),
    stable: item.assignment.stable,
    rollout: rollout && rolloutStatus(rollout, stageUnits),
    guardrails: (rollout?.guardrails ?? []).flatMap((guardrail) => {
      const verdict = byId.get(guardrail.id);
      return verdict === undefined ? [] : [guardrailFigures(guardrail, verdict)];
    }),
    comparison: item.comparison && comparisonStatus(item.comparison),
    quarantined: [...item.quarantined],
    waiting: item.outbox.length,
    lastTickAt: item.lastTickAtMs === null ? null : iso(item.lastTickAtMs),
  };
}

function rolloutStatus(rollout: Rollout, stepUnits: ArmCounts | null): PromptStatus['rollout'] {
  const { id, stable, candidate, phase, startedBy, exposedUnits, hold, pause, outcome } = rollout;
  const stage = currentStage(rollout);
  return {
    id,
    stable,
    candidate,
    phase,
    percent: stage.percent,
    startedBy,
    startedAt: iso(rollout.startedAtMs),
    stepSince: iso(stage.fromMs),
    exposedUnits,
    stepUnits,
    hold: hold && { kind: hold.kind, reason: hold.reason, since: iso(hold.sinceMs) },
    pause: pause && { by: pause.by, because: pause.because, since: iso(pause.atMs) },
    outcome: outcome && { code: outcome.code, reason: outcome.reason, by: outcome.by, at: iso(outcome.atMs) },
  };
}

function comparisonStatus(comparison: Comparison): PromptStatus['comparison'] {
  const { id, metric, arms, outcome, startedAtMs } = comparison;
  return {
    id,
    state: comparisonState(comparison),
    metric: metric.id,
    arms: arms.map(({ name, version, from, to, dropped }) => ({
      name,
      version,
      percent: (to - from) / 100,
      dropped: dropped?.reason ?? null,
    })),
    winner: outcome?.winner ?? null,
    startedAt: iso(startedAtMs),
    until: iso(deadlineMs(comparison)),
    endedAt: outcome && iso(outcome.atMs),
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
