import type { Verdict } from '../judging/verdict';
import { wordDifference, wordMean } from '../judging/wording';
import { formatRoughly } from '../policy/duration';
import type { Direction } from '../metrics/metric';
import { srmEvidence } from './srm-evidence';
import { activeVariants, deadlineMs, type Comparison } from './comparison';
import type { Difference } from './difference';
import { forecastOf } from './forecast';
import type { ComparisonLook } from './look';
import { wordInterval, wordWidth } from './wording';
import { shellWord } from '../shell-word';

/**
 * A comparison for people and programs: pure data for the table, the mail, the report and the chart. Texts are on the metric's
 * own scale; numbers marked z are on the scale of the method, where higher is better.
 */
export interface ComparisonView {
  schema: 1;
  id: string;
  prompt: string;
  metric: string;
  direction: Direction;
  /** As text, and on the z scale. */
  margin: string;
  marginZ: number;
  /** Percent; every interval of the comparison holds at every look, all together, with this probability. */
  confidencePercent: number;
  startedAtMs: number;
  startedBy: string;
  because: string;
  /** The deadline. */
  untilMs: number;
  endedAtMs: number | null;
  /** One word: `running`, `held`, `paused`, or how it ended. */
  state: string;
  /** One plain sentence. */
  sentence: string;
  arms: ArmView[];
  /** ln of the e-value of "units do not arrive in the planned shares". */
  srmLogE: number | null;
  /** Until it is decided if all stays as it is, ms, at most until the deadline; null = not foreseeable. */
  leftMs: number | null;
  /** What becomes of the winner. */
  next: string;
}

export interface ArmView {
  name: string;
  version: number;
  percent: number;
  isControl: boolean;
  isWinner: boolean;
  units: number;
  /** Mean on the metric's own scale; '' before there is one. */
  mean: string;
  /** Against the control: `+0.21 (+0.04 to +0.38)`; '' for the control. */
  difference: string;
  /** The same on the z scale; null together for the control, `low` and `high` also before there is an interval. */
  differenceZ: number | null;
  lowZ: number | null;
  highZ: number | null;
  /** Smallest difference that would be found by the deadline with probability .8; '' when unknown. */
  smallest: string;
  /** Why it was taken out; null = it was not. */
  dropped: string | null;
  /** The guardrails' verdicts against the control. */
  guardrails: Pick<Verdict, 'guardrail' | 'kind' | 'reason'>[];
}

/** @param firstExposed units per stage and arm, as stored; null when it is not known any more */
export function comparisonView(
  look: ComparisonLook,
  firstExposed: readonly (readonly number[])[] | null,
  nowMs: number,
): ComparisonView {
  const { comparison } = look;
  const { metric, metricPolicy, policy, outcome } = comparison;
  const forecasts = look.variants.map(({ difference }) => forecastOf(comparison, difference, nowMs));
  const racing = activeVariants(comparison).map((arm) => forecasts[arm - 1]!.leftMs);
  const untilMs = deadlineMs(comparison);
  const isForeseen = outcome === null && racing.length > 0 && racing.every((each) => each !== null);
  const leftMs = isForeseen ? Math.min(Math.max(...racing.map(Number), 0), Math.max(0, untilMs - nowMs)) : null;
  return {
    schema: 1,
    id: comparison.id,
    prompt: comparison.prompt,
    metric: metric.id,
    direction: metricPolicy.direction,
    margin: wordWidth(comparison),
    marginZ: metric.delta,
    confidencePercent: 100 * (1 - policy.alpha),
    startedAtMs: comparison.startedAtMs,
    startedBy: comparison.startedBy,
    because: comparison.because,
    untilMs,
    endedAtMs: outcome?.atMs ?? null,
    state: comparisonState(comparison),
    sentence: sentenceOf(comparison, leftMs),
    arms: comparison.arms.map((_, arm) => armView(look, arm, forecasts[arm - 1]?.smallest ?? null)),
    srmLogE: firstExposed === null ? null : srmEvidence(comparison, firstExposed),
    leftMs,
    next: nextOf(comparison),
  };
}

/** One word for where a comparison is. */
export function comparisonState({ outcome, pause, hold }: Comparison): string {
  if (outcome !== null) return outcome.code;
  if (pause !== null) return 'paused';
  if (hold?.kind === 'stable_missing') return 'frozen';
  return hold === null || hold.kind === 'baking' ? 'running' : 'held';
}

function sentenceOf({ outcome, pause, hold }: Comparison, leftMs: number | null): string {
  if (outcome !== null) return outcome.reason;
  if (pause !== null) return `paused by ${pause.by}: ${pause.because}`;
  if (hold !== null) return hold.reason;
  if (leftMs === null) return 'not decided yet';
  return leftMs === 0
    ? 'about to be decided'
    : `not decided yet; if all stays as it is, in about ${formatRoughly(leftMs)}`;
}

function armView(look: ComparisonLook, arm: number, smallest: number | null): ArmView {
  const { comparison, variants } = look;
  const { name, version, from, to, dropped } = comparison.arms[arm]!;
  const own = variants[arm - 1];
  const { metric, outcome } = comparison;
  const mean = arm === 0 ? controlMean(variants[0]?.difference) : (own?.difference.meanArm ?? null);
  const isKnown = own !== undefined && own.difference.difference !== null;
  return {
    name,
    version,
    percent: (to - from) / 100,
    isControl: arm === 0,
    isWinner: outcome?.winner === name,
    units: arm === 0 ? (variants[0]?.difference.unitsAgainst ?? 0) : (own?.difference.unitsArm ?? 0),
    mean: mean === null ? '' : wordMean(metric.transform, mean),
    difference: isKnown ? wordInterval(comparison, own.difference) : '',
    differenceZ: own?.difference.difference ?? null,
    lowZ: own?.difference.low ?? null,
    highZ: own?.difference.high ?? null,
    smallest:
      smallest === null || outcome !== null ? '' : wordDifference(metric.transform, smallest).replace(/^[+-]/u, '±'),
    dropped: dropped?.reason ?? null,
    guardrails: (own?.verdicts ?? []).map(({ guardrail, kind, reason }) => ({ guardrail, kind, reason })),
  };
}

function controlMean(difference: Difference | undefined): number | null {
  return difference?.meanAgainst ?? null;
}

function nextOf({ prompt, arms, handover, onWinner, outcome, stable }: Comparison): string {
  if (outcome === null) {
    switch (onWinner) {
      case 'rollout':
        return 'a winner is rolled out step by step';
      case 'promote':
        return 'a winner goes to production once it is proven safe';
      case 'nothing':
        return 'a winner is left to a person';
    }
  }
  if (handover === null) {
    const winner = arms.slice(1).find(({ name }) => name === outcome.winner);
    const everyone = `everyone gets version ${stable}`;
    return winner === undefined
      ? everyone
      : `${everyone} until a person decides: rampart start ${shellWord(prompt)} ${winner.version}`;
  }
  switch (handover.state) {
    case 'pending':
      return `version ${handover.version} is about to be handed over to a rollout`;
    case 'done':
      return `version ${handover.version} was handed over to the rollout ${handover.note}${handover.how === 'promote' ? ', straight to production' : ''}`;
    case 'refused':
      return `version ${handover.version} was not handed over: ${handover.note}`;
  }
}
