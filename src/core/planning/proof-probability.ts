import logcdf from '@stdlib/stats-base-dists-normal-logcdf';
import { burnInUnits, plannedEndLeastUnits } from '../judging/burn-in';
import {
  GAIN_WEIGHTS,
  gateMargin,
  HARM_WEIGHTS,
  harmEffects,
  harmShare,
  harmStakes,
  harmWeights,
  isRare,
  referenceRate,
  safeGains,
  safeStakes,
} from '../judging/engine-parameters';
import type { FrozenGuardrail, PlannedEnd } from '../judging/guardrail';
import { type ArmUnits, totalUnits } from './planned-units';
import { rareHarmProbability, rareSafetyProbability } from './rare-probability';
import { bisect } from '../stats/bisect';
import { logMeanExp } from '../stats/log-sum-exp';
import { normalMixtureLogE } from '../stats/normal-mixture';
import { pairVariance } from '../stats/pair-betting';
import { effectiveUnits, plannedTestLogE } from '../stats/planned-test';

/*
 * How likely an e-value will have reached its bound at one look: planning, not judging. An effect d that is estimated with the
 * standard error se is proven at the look with probability Phi(d / se - q), q being the least estimate, in standard errors, whose
 * mixture of likelihood ratios (../stats/normal-mixture.ts), with the planned end for harm (../stats/planned-test.ts), reaches the
 * bound. Looks before are left out, so what is stated is rather too low than too high.
 */

/** By how much a share of 1 may be off. */
const ROUNDING = 1e-9;

/** What counts as no variance at all: less has no use, more would be wrong. */
const LEAST_VARIANCE = 1e-9;

/**
 * Probability that harm is proven at a look.
 * @param g frozen guardrail
 * @param stages units so far with a value, by stage
 * @param effect how much worse the candidate's mean z is, in [0, 1]
 * @param alpha of the rollout; the guardrail's weight is taken into account, as if no other guardrail saw harm
 */
export function harmProbability(
  g: FrozenGuardrail,
  stages: readonly ArmUnits[],
  effect: number,
  alpha: number,
): number {
  const logBound = Math.log(1 / (alpha * harmShare(g)));
  const { engineB } = harmWeights(g);
  const atLook = (units: readonly ArmUnits[]): number => {
    const compared = mixtureProbability(g, units, { ...HARM, effect, worseBy: effect, margin: g.delta, logBound });
    if (!isRare(g)) return compared;
    return Math.max(compared, rareHarmProbability(g, units, effect, aloneBound(logBound, engineB)));
  };
  const end = g.harmPlan?.plannedEnd;
  const passed = end === undefined ? 0 : effectiveUnits(stages) / end.effectiveUnits;
  return passed > 1 ? Math.max(atLook(stages), atLook(scaled(stages, 1 / passed))) : atLook(stages);
}

/** The same stages with so many times the units: at the planned end, when it has passed. */
function scaled(stages: readonly ArmUnits[], factor: number): ArmUnits[] {
  return stages.map(({ stable, candidate }) => ({ stable: stable * factor, candidate: candidate * factor }));
}

/**
 * Probability that an equal candidate is proven not worse than a margin at a look.
 * @param question `gate`: three margins, `safe`: the margin
 */
export function safetyProbability(
  g: FrozenGuardrail,
  stages: readonly ArmUnits[],
  question: 'gate' | 'safe',
  beta: number,
): number {
  const margin = question === 'gate' ? gateMargin(g.delta) : g.delta;
  const logBound = Math.log(1 / beta);
  const compare = (): number =>
    mixtureProbability(g, stages, { ...SAFETY, effect: margin, worseBy: 0, margin, logBound });
  if (!isRare(g)) return compare();
  const alone = rareSafetyProbability(g, stages, margin, aloneBound(aloneBound(logBound, 1 / 2), 1 / 2));
  return isBurning(g, stages, 'safe') ? alone : Math.max(alone, compare());
}

/** What is asked, and the grids that its evidence is mixed over. */
interface Question {
  question: 'harm' | 'safe';
  effects: (g: FrozenGuardrail, margin: number) => number[];
  stakes: (g: FrozenGuardrail, margin: number, variance: number) => number[];
  weights: readonly number[];
}

const HARM: Question = {
  question: 'harm',
  effects: (g) => harmEffects(g),
  stakes: (g, _, variance) => harmStakes(g, variance),
  weights: HARM_WEIGHTS,
};

const SAFETY: Question = {
  question: 'safe',
  effects: (_, margin) => safeGains(margin),
  stakes: (_, margin, variance) => safeStakes(margin, variance),
  weights: GAIN_WEIGHTS,
};

interface Proof extends Question {
  /** Distance of the truth from what is to be refuted, on the z scale. */
  effect: number;
  /** How much worse the candidate's mean is. */
  worseBy: number;
  /** What is asked about, on the z scale. */
  margin: number;
  /** ln that the guardrail's e-value has to reach. */
  logBound: number;
}

function mixtureProbability(g: FrozenGuardrail, stages: readonly ArmUnits[], proof: Proof): number {
  const se = plannedSe(g, stages, proof.worseBy);
  if (se === null) return 0;
  const least = leastEstimate(se, (estimate) => plannedLogE(g, stages, proof, estimate, se) >= proof.logBound);
  return phi((proof.effect - least) / se);
}

/** ln e that a difference brings: after the burn-in both engines say about the same, before it engine A's mixture stands at 1. */
function plannedLogE(
  g: FrozenGuardrail,
  stages: readonly ArmUnits[],
  proof: Proof,
  estimate: number,
  se: number,
): number {
  const mixture = normalMixtureLogE(estimate, se, proof.effects(g, proof.margin), proof.weights);
  const isBurningNow = isBurning(g, stages, proof.question);
  const bets = isBurningNow && g.kind === 'bounded' ? Math.min(mixture, betLogE(g, stages, proof, estimate)) : mixture;
  const a = isBurningNow ? 0 : mixture;
  const end = proof.question === 'harm' ? g.harmPlan : undefined;
  if (end === undefined) return logMeanExp([a, bets]);
  const { weights } = end;
  return logMeanExp(
    [a, bets, plannedEndLogEAt(g, stages, end.plannedEnd, estimate / se)],
    [weights.mixture, weights.engineB, weights.plannedEnd],
  );
}

/** What the planned end says of a deficit of so many standard errors; once it has passed, nothing is left of it. */
function plannedEndLogEAt(g: FrozenGuardrail, stages: readonly ArmUnits[], end: PlannedEnd, z: number): number {
  const { stable, candidate } = totalUnits(stages);
  if (Math.min(stable, candidate) < plannedEndLeastUnits(g)) return 0;
  const share = effectiveUnits(stages) / end.effectiveUnits;
  return share > 1 + ROUNDING ? -Infinity : plannedTestLogE(z, share, end.bound);
}

/** Before its burn-in engine A stands at 1; afterwards both engines say about the same. */
function isBurning(g: FrozenGuardrail, stages: readonly ArmUnits[], question: 'harm' | 'safe'): boolean {
  const { stable, candidate } = totalUnits(stages);
  return Math.min(stable, candidate) < burnInUnits(g, question);
}

/** What engine B's bets win on a mean difference: its stakes have an upper end, however small the variance is. */
function betLogE(g: FrozenGuardrail, stages: readonly ArmUnits[], proof: Proof, difference: number): number {
  const pairs = stages
    .filter(({ stable, candidate }) => stable > 0 && candidate > 0)
    .map(({ stable, candidate }) => ({
      count: Math.min(stable, candidate),
      stakes: proof.stakes(g, proof.margin, pairVariance(g.reference.sigma2, candidate, stable)),
    }));
  const gain = Math.min(1, difference);
  const logs = proof.weights.map((_, k) =>
    pairs.reduce((sum, { count, stakes }) => sum + count * Math.log1p(stakes[k]! * gain), 0),
  );
  return logMeanExp(logs, proof.weights);
}

/** What an e-value of a share has to reach for the mean to reach the bound when the others stand at 1. */
function aloneBound(logBound: number, share: number): number {
  return Math.log((Math.exp(logBound) - (1 - share)) / share);
}

/** Standard error of the stratified difference that is to be expected; null while no stage has both arms. */
function plannedSe(g: FrozenGuardrail, stages: readonly ArmUnits[], worseBy: number): number | null {
  const [stable, candidate] = [plannedVariance(g, 0), plannedVariance(g, worseBy)];
  let [total, variance] = [0, 0];
  for (const units of stages) {
    if (units.stable <= 0 || units.candidate <= 0) continue;
    const h = (units.stable * units.candidate) / (units.stable + units.candidate);
    total += h;
    variance += h * h * (stable / units.stable + candidate / units.candidate);
  }
  return total > 0 ? Math.sqrt(variance) / total : null;
}

/** A yes/no outcome's variance moves with its rate. */
function plannedVariance(g: FrozenGuardrail, worseBy: number): number {
  const { sigma2 } = g.reference;
  if (g.kind === 'bounded') return Math.max(LEAST_VARIANCE, sigma2);
  const p = referenceRate(g);
  const worse = Math.min(1 - LEAST_VARIANCE, p + worseBy);
  const atReference = sigma2 > 0 ? sigma2 : p * (1 - p);
  return Math.max(LEAST_VARIANCE, (atReference * worse * (1 - worse)) / (p * (1 - p)));
}

/** Bisection: the least estimate that is enough; Infinity when none is. */
function leastEstimate(se: number, isEnough: (estimate: number) => boolean): number {
  let most = 8 * se;
  while (!isEnough(most) && most < 1e9) most *= 2;
  return isEnough(most) ? bisect(isEnough, 0, most, 50) : Infinity;
}

function phi(x: number): number {
  return Math.exp(logcdf(x, 0, 1));
}
