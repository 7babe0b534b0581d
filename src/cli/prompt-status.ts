import { readManifest } from '../app/tick-prompt';
import type { RolloutEvidence } from '../core/evidence/manifest';
import type { PromptItem } from '../core/item/prompt-item';
import { judgeGuardrail } from '../core/judging/judge';
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
    hold: { kind: string; reason: string; since: string } | null;
    pause: { by: string; because: string; since: string } | null;
    outcome: { code: string; reason: string; by: string; at: string } | null;
  } | null;
  guardrails: GuardrailFigures[];
  quarantined: (readonly [number, number])[];
  /** Alerts and label moves that are still to be carried out. */
  waiting: number;
  lastTickAt: string | null;
}

/** An item with the verdicts of the evidence that its last tick read. */
export interface JudgedItem {
  item: PromptItem;
  verdicts: Verdict[];
}

/** @returns null when nothing is stored about the prompt */
export async function readJudged(state: StoredState, prompt: string): Promise<JudgedItem | null> {
  const item = await state.store.read(prompt);
  if (item === null) return null;
  const evidence = item.rollout === null ? null : (await readManifest(state, item))?.rollout;
  const isOfRollout = evidence != null && evidence.rolloutId === item.rollout?.id;
  return { item, verdicts: isOfRollout ? judged(item.rollout!, evidence) : [] };
}

/** Every prompt there is, by name. */
export async function allPrompts({ store }: StoredState): Promise<string[]> {
  const names: string[] = [];
  let cursor: string | null = null;
  do {
    const page = await store.listAssignments(cursor);
    names.push(...page.assignments.map(({ prompt }) => prompt));
    cursor = page.cursor;
  } while (cursor !== null);
  return names.sort();
}

function judged(rollout: Rollout, { states }: RolloutEvidence): Verdict[] {
  const { alpha, beta } = rollout.policy;
  return rollout.guardrails.flatMap((guardrail, index) => {
    const state = states[index];
    return state === undefined ? [] : [judgeGuardrail(guardrail, state, { alpha, beta })];
  });
}

export function promptStatus({ item, verdicts }: JudgedItem): PromptStatus {
  const { rollout } = item;
  const byId = new Map(verdicts.map((verdict) => [verdict.guardrail, verdict]));
  return {
    prompt: item.prompt,
    state: rollout === null ? 'none' : displayState(rollout),
    stable: item.assignment.stable,
    rollout: rollout && rolloutStatus(rollout),
    guardrails: (rollout?.guardrails ?? []).flatMap((guardrail) => {
      const verdict = byId.get(guardrail.id);
      return verdict === undefined ? [] : [guardrailFigures(guardrail, verdict)];
    }),
    quarantined: [...item.quarantined],
    waiting: item.outbox.length,
    lastTickAt: item.lastTickAtMs === null ? null : iso(item.lastTickAtMs),
  };
}

function rolloutStatus(rollout: Rollout): PromptStatus['rollout'] {
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
    hold: hold && { kind: hold.kind, reason: hold.reason, since: iso(hold.sinceMs) },
    pause: pause && { by: pause.by, because: pause.because, since: iso(pause.atMs) },
    outcome: outcome && { code: outcome.code, reason: outcome.reason, by: outcome.by, at: iso(outcome.atMs) },
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
