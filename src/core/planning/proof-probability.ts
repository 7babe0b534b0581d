import logcdf from '@stdlib/stats-base-dists-normal-logcdf';
import { burnInUnits } from '../judging/engine-a';
import { gateMargin, isRare, referenceRate, stakes } from '../judging/engine-parameters';
import type { FrozenGuardrail } from '../judging/guardrail';
import { type ArmUnits, totalUnits } from './planned-units';
import { rareHarmProbability, rareSafetyProbability } from './rare-probability';
import { halfNormalMixtureLogE } from '../stats/half-normal-mixture';
import { logMeanExp } from '../stats/log-sum-exp';

/*
 * How likely an e-value will have reached its bound at one look: planning, not judging. An effect d that is estimated with the
 * standard error se is proven at the look with probability Phi(d / se - q), q being the least estimate, in standard errors, whose
 * half-normal mixture (../stats/half-normal-mixture.ts) reaches the bound. At the bound 1/.05 and tau = d that is 50 % at
 * d^2 / se^2 = 7.7 and 80 % at 13.2. Looks before are left out, so what is stated is rather too low than too high.
 */

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
  const share = g.floor === null ? g.weight : g.weight / 2;
  const logBound = Math.log(1 / (alpha * share));
  const compared = mixtureProbability(g, stages, { effect, worseBy: effect, tau: g.delta, logBound });
  return isRare(g) ? Math.max(compared, rareHarmProbability(g, stages, effect, aloneBound(logBound))) : compared;
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
  const compare = (): number => mixtureProbability(g, stages, { effect: margin, worseBy: 0, tau: margin, logBound });
  if (!isRare(g)) return compare();
  const alone = rareSafetyProbability(g, stages, margin, aloneBound(aloneBound(logBound)));
  return isBurning(g, stages) ? alone : Math.max(alone, compare());
}

interface Proof {
  /** Distance of the truth from what is to be refuted, on the z scale. */
  effect: number;
  /** How much worse the candidate's mean is. */
  worseBy: number;
  tau: number;
  /** ln that the guardrail's e-value has to reach. */
  logBound: number;
}

function mixtureProbability(g: FrozenGuardrail, stages: readonly ArmUnits[], proof: Proof): number {
  const se = plannedSe(g, stages, proof.worseBy);
  if (se === null) return 0;
  const isOnlyB = isBurning(g, stages);
  const logBound = isOnlyB ? aloneBound(proof.logBound) : proof.logBound;
  const least = leastEstimate(proof.tau / se, logBound) * se;
  const leastBet = isOnlyB && g.kind === 'bounded' ? leastToBetOn(g, stages, proof.tau, logBound) : 0;
  return phi((proof.effect - Math.max(least, leastBet)) / se);
}

/** Before its burn-in engine A stands at 1; afterwards both engines say about the same. */
function isBurning(g: FrozenGuardrail, stages: readonly ArmUnits[]): boolean {
  const { stable, candidate } = totalUnits(stages);
  return Math.min(stable, candidate) < burnInUnits(g);
}

/**
 * Engine B's stakes have an upper end: a pair wins only so much, however small the variance is. The least mean difference, in
 * [0, 1], with which its bets can reach the bound; Infinity when none can.
 */
function leastToBetOn(g: FrozenGuardrail, stages: readonly ArmUnits[], tau: number, logBound: number): number {
  const pairs = stages.reduce((sum, { stable, candidate }) => sum + Math.min(stable, candidate), 0);
  const lambdas = stakes(g, tau);
  const isEnough = (gain: number): boolean =>
    logMeanExp(lambdas.map((lambda) => pairs * Math.log1p(lambda * gain))) >= logBound;
  return isEnough(1) ? bisect(isEnough, 0, 1) : Infinity;
}

/** What one of two e-values has to reach for their mean to reach the bound when the other one stands at 1. */
function aloneBound(logBound: number): number {
  return Math.log(2 * Math.exp(logBound) - 1);
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

/** Bisection: the least estimate, in standard errors, whose ln e reaches the bound. */
function leastEstimate(tau: number, logBound: number): number {
  const isEnough = (q: number): boolean => halfNormalMixtureLogE(q, 1, tau) >= logBound;
  let most = 8;
  while (!isEnough(most) && most < 1e9) most *= 2;
  return bisect(isEnough, 0, most);
}

/** The least number from which something holds, which it does at `most`. */
function bisect(holds: (x: number) => boolean, least: number, most: number): number {
  let [low, high] = [least, most];
  for (let i = 0; i < 50; i++) {
    const middle = (low + high) / 2;
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
}

function phi(x: number): number {
  return Math.exp(logcdf(x, 0, 1));
}
