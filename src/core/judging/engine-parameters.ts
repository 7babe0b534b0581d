import { odds } from '../stats/noncentral-hypergeometric';
import type { FrozenGuardrail, HarmPlan, HarmWeights } from './guardrail';

/** The gate of the first step asks for less than promotion: this many times the margin. */
const GATE_FACTOR = 3;
/** A margin of 1 would be met by anything. */
const WIDEST_GATE = 0.99;
/** Bad rates nearer to 0 or 1 than this have no useful odds. */
const LEAST_RATE = 0.0005;
/** Below this bad rate the conditional test alone can hardly prove safety. */
const RARE_RATE = 0.05;
/** How far towards 1 a rate plus its margin may go. */
const FARTHEST_TO_ONE = 0.95;

/**
 * Sizes of harm that are sought, in margins, and how much of the evidence's capital goes to each: every one about one and
 * a half times the one before, most on .85 to 1.7 margins. Measured in docs/decisions/0006.
 */
const HARM_SIZES = [0.25, 0.4, 0.6, 0.85, 1.2, 1.7, 2.5, 4, 6.5] as const;
export const HARM_WEIGHTS = [0.05, 0.12, 0.13, 0.16, 0.17, 0.15, 0.11, 0.07, 0.04] as const;
/** Odds ratios under which safety is sought, as powers of the margin's. */
const SAFE_POWERS = [0.5, 0, -1] as const;
const POWER_WEIGHTS = [0.25, 0.5, 0.25] as const;
/** How far from the margin the candidate may be, in margins: at 1 it is like stable, beyond it better. */
const SAFE_GAINS = [0.7, 1, 1.5, 2.5] as const;
export const GAIN_WEIGHTS = [0.25, 0.45, 0.2, 0.1] as const;
const HIGHEST_STAKE = 0.95;

const EVEN_WEIGHTS: HarmWeights = { mixture: 0.5, plannedEnd: 0, engineB: 0.5 };

/** How the evidence for harm is shared out. */
export function harmWeights({ harmPlan }: FrozenGuardrail): HarmWeights {
  return harmPlan?.weights ?? EVEN_WEIGHTS;
}

/** Its share of a rollout's evidence for harm by comparison: a floor takes half of its weight. */
export function harmShare({ weight, floor }: FrozenGuardrail): number {
  return floor === null ? weight : weight / 2;
}

/** Margin of the first step's gate on the z scale, in [delta, 1). */
export function gateMargin(delta: number): number {
  return Math.max(delta, Math.min(GATE_FACTOR * delta, WIDEST_GATE));
}

/** A bad rate kept off 0 and 1, so that it has odds. */
export function offTheEnds(rate: number): number {
  return Math.min(1 - LEAST_RATE, Math.max(LEAST_RATE, rate));
}

/** Historical bad rate as the engines use it. */
export function referenceRate(g: FrozenGuardrail): number {
  return offTheEnds(g.reference.p);
}

/** True when bad outcomes are rare enough that safety needs the one-sample test too. */
export function isRare(g: FrozenGuardrail): boolean {
  return g.kind === 'binary' && g.reference.p < RARE_RATE;
}

/** The bad rate that is `margin` worse than history, below 1. */
export function marginRate(g: FrozenGuardrail, margin: number): number {
  const p = referenceRate(g);
  return Math.min(p + margin, p + (1 - p) * FARTHEST_TO_ONE);
}

/** ln of the odds ratio between the rate at the margin and history's. */
export function logOddsMargin(g: FrozenGuardrail, margin: number): number {
  return Math.log(odds(marginRate(g, margin)) / odds(referenceRate(g)));
}

/** Sizes of harm that are sought, on the z scale, each above 0: the points of engine A's mixture. */
export function harmEffects(g: FrozenGuardrail): number[] {
  return HARM_SIZES.map((size) => Math.min(1, size * g.delta));
}

/** ln of the odds ratios under which harm is sought. */
export function harmLogOdds(g: FrozenGuardrail): number[] {
  return HARM_SIZES.map((size) => size * logOddsMargin(g, g.delta));
}

/** ln of the odds ratios under which safety is sought, all below the margin's. */
export function safeLogOdds(g: FrozenGuardrail, margin: number): number[] {
  return SAFE_POWERS.map((power) => power * logOddsMargin(g, margin));
}

/**
 * Stakes of the pair bets on harm, in (0, 1): for each size the one whose capital grows fastest.
 * @param variance of one pair's difference (see pairVariance)
 */
export function harmStakes(g: FrozenGuardrail, variance: number): number[] {
  return harmEffects(g).map((effect) => fastestStake(effect, variance));
}

/** Distances from a margin under which safety is sought, on the z scale, each above 0. */
export function safeGains(margin: number): number[] {
  return SAFE_GAINS.map((gain) => gain * margin);
}

/** Stakes of the pair bets on safety: a candidate like stable gains the margin at every pair. */
export function safeStakes(margin: number, variance: number): number[] {
  return safeGains(margin).map((gain) => fastestStake(gain, variance));
}

/** Weights of the mixture over engine B's grid for safety. */
export function safeWeights(kind: FrozenGuardrail['kind']): readonly number[] {
  return kind === 'binary' ? POWER_WEIGHTS : GAIN_WEIGHTS;
}

/** Kelly's stake for gains of a mean and a variance, to second order; never all of the capital. */
function fastestStake(mean: number, variance: number): number {
  return Math.min(HIGHEST_STAKE, mean / (variance + mean * mean));
}

/**
 * What makes a guardrail's frozen numbers unusable.
 * @returns one sentence, or null when they are fine
 */
export function guardrailProblem(g: FrozenGuardrail): string | null {
  const { sigma2, p, skewness2 } = g.reference;
  const finite = (x: number, low: number, high: number): boolean => Number.isFinite(x) && x >= low && x <= high;
  if (!(finite(g.delta, 0, 1) && g.delta > 0)) return `delta: expected in (0, 1], got ${g.delta}`;
  if (g.floor !== null && !finite(g.floor, 0, 1)) return `floor: expected in [0, 1], got ${g.floor}`;
  if (!finite(p, 0, 1)) return `reference.p: expected in [0, 1], got ${p}`;
  if (!finite(sigma2, 0, 1)) return `reference.sigma2: expected in [0, 1], got ${sigma2}`;
  if (!finite(skewness2, 0, Infinity)) return `reference.skewness2: expected not negative, got ${skewness2}`;
  if (g.harmPlan !== undefined) return harmPlanProblem(g.harmPlan);
  return null;
}

function harmPlanProblem({ weights, plannedEnd }: HarmPlan): string | null {
  const { mixture, plannedEnd: end, engineB } = weights;
  const isShared = [mixture, end, engineB].every((share) => share > 0) && Math.abs(mixture + end + engineB - 1) < 1e-9;
  if (!isShared) return `harmPlan.weights: expected shares above 0 of 1, got ${[mixture, end, engineB].join(', ')}`;
  const { effectiveUnits, bound } = plannedEnd;
  if (effectiveUnits > 0 && bound > 0 && Number.isFinite(effectiveUnits + bound)) return null;
  return `harmPlan.plannedEnd: expected numbers above 0, got ${effectiveUnits} and ${bound}`;
}
