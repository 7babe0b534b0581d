import type { FrozenGuardrail } from '../judging/guardrail';
import { hasVersion } from '../item/version-ranges';
import type { PromptItem } from '../item/prompt-item';
import type { Policy } from '../policy/policy';
import type { LabelFacts } from './evidence';
import type { Action } from './plan';
import { isTerminal, type Rollout } from './rollout';

/** Whether a label asks for a new rollout, and if not, whether a person should hear why (once). */
export type StartDecision =
  | { kind: 'none' }
  | { kind: 'say'; fact: string; alert: string; detail: Record<string, string | number | null> }
  | { kind: 'start'; candidate: number; stable: number };

/** What the labels ask for when no rollout is running. A label starts a given version at most once. */
export function decideStart(item: PromptItem, labels: LabelFacts): StartDecision {
  const { candidate, production } = labels;
  if (candidate === 'unknown' || production === 'unknown' || candidate === null) return { kind: 'none' };
  if (item.rollout !== null && !isTerminal(item.rollout.phase)) return { kind: 'none' };
  if (hasVersion(item.usedVersions, candidate)) return { kind: 'none' };
  const say = (alert: string, fact: string): StartDecision =>
    item.said.includes(fact) ? { kind: 'none' } : { kind: 'say', fact, alert, detail: { candidate, production } };
  if (production === null) return say('no_production', `no_production:${candidate}`);
  if (production === candidate) return say('candidate_is_production', `candidate_is_production:${candidate}`);
  return { kind: 'start', candidate, stable: production };
}

/** Everything that is frozen when a rollout starts. */
export interface StartInput {
  prompt: string;
  stable: number;
  candidate: number;
  startedBy: string;
  labelledAtStart: number | null;
  policy: Policy;
  policySources: Rollout['policySources'];
  policyHash: string;
  guardrails: readonly FrozenGuardrail[];
  warnings: readonly string[];
}

/** A new rollout at its first step. The salt is its id, so rollouts are independent of each other. */
export function startRollout(input: StartInput, nowMs: number): { rollout: Rollout; actions: Action[] } {
  const { warnings, ...frozen } = input;
  const id = `${input.prompt}/${input.candidate}/${nowMs.toString(36)}`;
  const { percent } = input.policy.steps[0]!;
  const rollout: Rollout = {
    ...frozen,
    id,
    salt: id,
    startedAtMs: nowMs,
    phase: 'ramping',
    stages: [{ step: 0, percent, fromMs: nowMs, toMs: null }],
    hold: null,
    pause: null,
    peaks: { harm: 0, perGuardrail: {} },
    promotedByHand: null,
    promotedAtMs: null,
    verification: null,
    outcome: null,
    exposedUnits: 0,
  };
  const detail = {
    stable: input.stable,
    candidate: input.candidate,
    percent,
    policyHash: input.policyHash.slice(0, 16),
    warnings: warnings.join(' | ').slice(0, 300),
  };
  return {
    rollout,
    actions: [
      { kind: 'audit', event: 'started', detail },
      { kind: 'alert', alert: 'started', severity: 'info', detail },
    ],
  };
}
