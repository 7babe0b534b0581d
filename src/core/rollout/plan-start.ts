import { runningOf } from '../comparison/comparison';
import type { FrozenGuardrail } from '../judging/guardrail';
import { clip } from '../item/item-size';
import { hasVersion } from '../item/version-ranges';
import type { PromptItem } from '../item/prompt-item';
import type { Policy } from '../policy/policy';
import type { LabelFacts } from './evidence';
import type { Action } from './plan';
import { isTerminal, type Rollout } from './rollout';

/** Whether a label asks for a new rollout, and if not, whether a person should hear why (once). */
export type StartDecision =
  | { kind: 'none' }
  | {
      kind: 'say';
      fact: string;
      alert: string;
      detail: Record<string, string | number | null>;
      /** Versions whose label has had its say: it starts nothing later, when `production` has moved on. */
      used: readonly number[];
    }
  | { kind: 'start'; candidate: number; stable: number };

/**
 * What the labels ask for when no experiment is running. A label starts a given version at most once, and nothing starts
 * while `production` is still on its way.
 */
export function decideStart(item: PromptItem, labels: LabelFacts): StartDecision {
  const { candidate, production } = labels;
  if (candidate === 'unknown' || production === 'unknown' || candidate === null) return { kind: 'none' };
  const isRunning = item.rollout !== null && !isTerminal(item.rollout.phase);
  if (isRunning || runningOf(item.comparison) !== null || isProductionMoving(item)) return { kind: 'none' };
  const say = (alert: string): StartDecision => {
    const fact = `${alert}:${candidate}`;
    const used = alert === 'candidate_is_production' ? [candidate] : [];
    const isSaid = item.said.includes(fact);
    return isSaid ? { kind: 'none' } : { kind: 'say', fact, alert, detail: { candidate, production }, used };
  };
  if (hasVersion(item.usedVersions, candidate)) {
    const { rollout } = item;
    const isLeftOver =
      production === candidate ||
      rollout?.candidate === candidate ||
      rollout?.labelledAtStart === candidate ||
      item.comparison?.arms.some(({ version }) => version === candidate);
    return isLeftOver ? { kind: 'none' } : say('candidate_used');
  }
  if (production === null) return say('no_production');
  if (production === candidate) return say('candidate_is_production');
  return { kind: 'start', candidate, stable: production };
}

/** True while `production` has not been seen where it is to be: what it is on says nothing about the stable version. */
export function isProductionMoving(item: PromptItem): boolean {
  const isAsked = item.outbox.some((entry) => entry.kind === 'label' && entry.label === 'production');
  return isAsked || item.rollout?.verification?.verifiedAtMs === null;
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
    clocks: [],
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
    warnings: clip(warnings.join(' | ')),
  };
  return {
    rollout,
    actions: [
      { kind: 'audit', event: 'started', detail },
      { kind: 'alert', alert: 'started', severity: 'info', detail },
    ],
  };
}
