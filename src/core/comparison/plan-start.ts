import { clip, clipName } from '../item/item-size';
import type { PromptItem } from '../item/prompt-item';
import { addVersion, hasVersion } from '../item/version-ranges';
import { formatDuration } from '../policy/duration';
import type { LabelFacts } from '../rollout/evidence';
import type { Action } from '../rollout/plan';
import { isProductionMoving } from '../rollout/plan-start';
import { isTerminal } from '../rollout/rollout';
import { runningOf, type Comparison, type ComparisonInput } from './comparison';
import { wordArms } from './wording';
import { shellWord } from '../shell-word';

/** Why a comparison cannot start now, and the command that helps. */
export interface Refusal {
  problem: string;
  hint: string;
}

/** A prompt has one experiment at a time, and nothing starts while `production` is on its way. */
export function refuseStart(item: PromptItem, { production }: LabelFacts): Refusal | null {
  const { prompt, rollout } = item;
  if (rollout !== null && !isTerminal(rollout.phase)) {
    return {
      problem: `version ${rollout.candidate} of ${prompt} is being rolled out, and a prompt has one experiment at a time`,
      hint: `wait for its end, or end it: rampart abort ${shellWord(prompt)}`,
    };
  }
  const comparison = runningOf(item.comparison);
  if (comparison !== null) {
    return {
      problem: `a comparison of ${prompt} is running already: ${wordArms(comparison)}`,
      hint: `wait for its end, or end it: rampart compare stop ${shellWord(prompt)} --because "..."`,
    };
  }
  if (item.comparison?.handover?.state === 'pending') {
    return {
      problem: `the winner of the last comparison of ${prompt} is about to be rolled out`,
      hint: `see: rampart compare show ${shellWord(prompt)}`,
    };
  }
  if (isProductionMoving(item)) {
    return {
      problem: `production of ${prompt} is still being moved`,
      hint: `wait until it is seen where it should be: rampart status ${shellWord(prompt)}`,
    };
  }
  if (typeof production === 'number') return null;
  return {
    problem: `no version of ${prompt} holds production, so there is nothing to compare with`,
    hint: `give it its first: rampart promote ${shellWord(prompt)} --to VERSION --because "first version"`,
  };
}

/** A variant that was rolled back before has to be released first. */
export function refuseQuarantined(item: PromptItem, versions: readonly number[]): Refusal | null {
  const version = versions.find((each) => hasVersion(item.quarantined, each));
  if (version === undefined) return null;
  return {
    problem: `version ${version} of ${item.prompt} was rolled back before`,
    hint: `release it first: rampart release ${shellWord(item.prompt)} ${version}`,
  };
}

/** A new comparison. The salt is its id, so experiments are independent of each other. */
export function startComparison(
  input: ComparisonInput,
  warnings: readonly string[],
  nowMs: number,
): { comparison: Comparison; actions: Action[] } {
  const id = `${input.prompt}/compare/${nowMs.toString(36)}`;
  const comparison: Comparison = {
    ...input,
    startedBy: clipName(input.startedBy),
    because: clip(input.because),
    id,
    salt: id,
    startedAtMs: nowMs,
    arms: input.arms.map((arm) => ({ ...arm, dropped: null, peaks: { harm: 0, perGuardrail: {} } })),
    phase: 'running',
    hold: null,
    clocks: [],
    pause: null,
    outcome: null,
    handover: null,
    result: null,
    journal: null,
    mailedAtMs: null,
    exposedUnits: 0,
  };
  const detail = {
    variants: clip(wordArms(comparison)),
    shares: comparison.arms.map(({ from, to }) => `${(to - from) / 100} %`).join(', '),
    metric: clipName(input.metric.id),
    for: formatDuration(input.forMs),
    onWinner: input.onWinner,
    because: comparison.because,
    warnings: clip(warnings.join(' | ')),
  };
  return {
    comparison,
    actions: [
      { kind: 'audit', event: 'comparison_started', detail },
      { kind: 'alert', alert: 'comparison_started', severity: 'info', detail },
    ],
  };
}

/** Its variants count as tried: a label alone starts none of them later. */
export function usedAfterStart(item: PromptItem, { arms, stable }: Comparison): PromptItem['usedVersions'] {
  const tried = arms.map(({ version }) => version).filter((version) => version !== stable);
  return tried.reduce(addVersion, item.usedVersions);
}
