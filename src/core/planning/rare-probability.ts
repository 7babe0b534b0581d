import gammaln from '@stdlib/math-base-special-gammaln';
import { HARM_WEIGHTS, harmLogOdds, marginRate, referenceRate } from '../judging/engine-parameters';
import type { FrozenGuardrail } from '../judging/guardrail';
import { logMeanExp } from '../stats/log-sum-exp';
import { type ArmUnits, totalUnits } from './planned-units';

/*
 * Rare bad outcomes come one by one, and engine B counts them: their numbers are taken as Poisson, and its likelihood ratio in
 * the form for rare outcomes, t^b1 / (1 + pi (t - 1))^b with pi the candidate's share of the units (Hoeffding; see engine B).
 */

/** Above so many expected outcomes the normal approximation is as good. */
const MOST_EXPECTED = 400;
/** Poisson numbers are summed so many standard deviations to both sides. */
const WIDTH = 6;

/**
 * Probability that engine B alone brings the evidence for harm.
 * @param logBound ln that engine B's e-value has to reach
 * @returns 0 where outcomes are so many that they need not be counted
 */
export function rareHarmProbability(
  g: FrozenGuardrail,
  stages: readonly ArmUnits[],
  effect: number,
  logBound: number,
): number {
  const units = totalUnits(stages);
  const rate = g.reference.p;
  const [expectedBad, stableBad] = [units.candidate * Math.min(1, rate + effect), units.stable * rate];
  if (units.candidate <= 0 || Math.max(expectedBad, stableBad) > MOST_EXPECTED) return 0;
  const tilt = tiltOf(g, stages, effect);
  let probability = 0;
  for (const [b0, mass] of poissonMasses(stableBad)) {
    const b1 = fewestBad((bad) => tilt(bad, b0) >= logBound, 4 * MOST_EXPECTED);
    if (b1 !== null) probability += mass * (1 - poissonCdf(b1 - 1, expectedBad));
  }
  return probability;
}

/**
 * Probability that a candidate like history is proven better than history and the margin: the one-sample likelihood ratio.
 * @param logBound ln that it has to reach
 */
export function rareSafetyProbability(
  g: FrozenGuardrail,
  stages: readonly ArmUnits[],
  margin: number,
  logBound: number,
): number {
  const [p, q] = [referenceRate(g), marginRate(g, margin)];
  const { candidate } = totalUnits(stages);
  const [bad, good] = [Math.log(p / q), Math.log((1 - p) / (1 - q))];
  const mostBad = Math.floor((candidate * good - logBound) / (good - bad));
  return poissonCdf(mostBad, candidate * g.reference.p);
}

/** Engine B's ln e for harm by the numbers of bad outcomes, which fall into the stages as they are expected to. */
function tiltOf(
  g: FrozenGuardrail,
  stages: readonly ArmUnits[],
  effect: number,
): (candidateBad: number, stableBad: number) => number {
  const grid = harmLogOdds(g);
  const rate = referenceRate(g);
  const expected = ({ stable, candidate }: ArmUnits): number => stable * rate + candidate * (rate + effect);
  const used = stages.filter(({ stable, candidate }) => stable + candidate > 0);
  const all = used.reduce((sum, units) => sum + expected(units), 0);
  const norms = grid.map((logT) => {
    const term = (units: ArmUnits): number =>
      (expected(units) / all) * Math.log1p((units.candidate / (units.stable + units.candidate)) * Math.expm1(logT));
    return used.reduce((sum, units) => sum + term(units), 0);
  });
  return (candidateBad, stableBad) => {
    const logs = grid.map((logT, j) => candidateBad * logT - (candidateBad + stableBad) * norms[j]!);
    return logMeanExp(logs, HARM_WEIGHTS);
  };
}

/** Bisection over 0..most; null when even the most is not enough. */
function fewestBad(isEnough: (bad: number) => boolean, most: number): number | null {
  if (!isEnough(most)) return null;
  let [low, high] = [-1, most];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (isEnough(middle)) high = middle;
    else low = middle;
  }
  return high;
}

function* poissonMasses(mean: number): Generator<[count: number, mass: number]> {
  const spread = WIDTH * Math.sqrt(mean) + WIDTH;
  const last = Math.ceil(mean + spread);
  for (let k = Math.max(0, Math.floor(mean - spread)); k <= last; k++) yield [k, poissonMass(k, mean)];
}

function poissonMass(k: number, mean: number): number {
  if (mean <= 0) return k === 0 ? 1 : 0;
  return Math.exp(k * Math.log(mean) - mean - gammaln(k + 1));
}

function poissonCdf(k: number, mean: number): number {
  let sum = 0;
  for (const [count, mass] of poissonMasses(mean)) if (count <= k) sum += mass;
  return Math.min(1, sum);
}
