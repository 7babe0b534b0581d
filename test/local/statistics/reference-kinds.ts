import { bernoulliCs } from '../../../src/local/statistics/reference/bernoulli-cs';
import { chiSquare } from '../../../src/local/statistics/reference/chi-square';
import { cuped, type PairedSums } from '../../../src/local/statistics/reference/cuped';
import {
  mixtureEmpiricalBernsteinCs,
  plugInEmpiricalBernsteinCs,
} from '../../../src/local/statistics/reference/empirical-bernstein-cs';
import {
  absoluteEffect,
  growthbookOneSidedHalfWidth,
  growthbookTwoSided,
  relativeEffect,
} from '../../../src/local/statistics/reference/growthbook-sequential';
import { incompleteBeta } from '../../../src/local/statistics/reference/incomplete-beta';
import { hodgesLehmann, mannWhitneyP, mannWhitneyU } from '../../../src/local/statistics/reference/mann-whitney';
import { benjaminiHochberg, eBh, holm } from '../../../src/local/statistics/reference/multiple-testing';
import { normalQuantile } from '../../../src/local/statistics/reference/normal';
import {
  agrestiCaffo,
  newcombe,
  type Proportion,
  twoProportionZ,
  wilson,
} from '../../../src/local/statistics/reference/proportions';
import { doubleStitchingBound } from '../../../src/local/statistics/reference/quantile-cs';
import { quantileRanks } from '../../../src/local/statistics/reference/quantile-intervals';
import { studentQuantile } from '../../../src/local/statistics/reference/student-t';
import { informationPerUnit, waldUnits } from '../../../src/local/statistics/reference/wald-bound';
import { type Sample, welchInterval, welchT } from '../../../src/local/statistics/reference/welch-t';

/*
 * How the kinds of reference cases are asked that decide nothing here: tests of others, and estimators for display.
 */

interface WrittenSample {
  n: number;
  mean: number;
  var: number;
}

interface TwoArms<Arm> {
  treatment: Arm;
  control: Arm;
  conf: number;
}

type Counts = [successes: number, n: number];
type Sums = [n: number, sum: number, sumOfSquares?: number];

const proportion = ([successes, n]: Counts): Proportion => ({ successes, n });

function sampleOf([n, sum, squares]: Sums): Sample {
  const mean = sum / n;
  return { n, mean, variance: squares === undefined ? mean * (1 - mean) : (squares - sum * mean) / (n - 1) };
}

/** The inputs of a kind are as its cases in the file have them. */
export const DISPLAY_KINDS: Readonly<Record<string, (inputs: never) => object>> = {
  welch({ treatment, control, conf }: TwoArms<WrittenSample>) {
    const sample = ({ n, mean, var: variance }: WrittenSample): Sample => ({ n, mean, variance });
    const test = welchT(sample(treatment), sample(control))!;
    return { ...test, diff: test.difference, ci: welchInterval(test, conf) };
  },
  wilson: ({ successes, n, conf }: Proportion & { conf: number }) => ({ ci: wilson({ successes, n }, conf) }),
  newcombe: ({ treatment, control, conf }: TwoArms<Counts>) => ({
    ci: newcombe(proportion(treatment), proportion(control), conf),
  }),
  'agresti-caffo': ({ treatment, control, conf }: TwoArms<Counts>) => ({
    ci: agrestiCaffo(proportion(treatment), proportion(control), conf),
  }),
  'two-proportion-z'({ treatment, control }: TwoArms<Counts>) {
    const { pooled, unpooled } = twoProportionZ(proportion(treatment), proportion(control));
    return { z_pooled: pooled.z, p_pooled: pooled.p, z_unpooled: unpooled.z, p_unpooled: unpooled.p };
  },
  'growthbook-sequential': growthbook,
  'bernoulli-cs': ({ sum, n, alpha, t_opt }: { sum: number; n: number; alpha: number; t_opt: number }) => ({
    ci: bernoulliCs(sum, n, alpha, t_opt),
  }),
  'empirical-bernstein-cs': empiricalBernstein,
  'mann-whitney'({ x, y, conf }: { x: number[]; y: number[]; conf: number }) {
    const { estimate, ci } = hodgesLehmann(x, y, conf);
    return { U: mannWhitneyU(x, y), p: mannWhitneyP(x, y), hodges_lehmann: estimate, ci98: ci };
  },
  'quantile-ci-ranks'({ n, p, conf }: { n: number; p: number; conf: number }) {
    const { lower, upper, coverage } = quantileRanks(n, p, conf);
    return { lower_rank: lower, upper_rank: upper, coverage };
  },
  'quantile-cs': quantileCs,
  'srm-chi2': ({ observed, weights }: { observed: number[]; weights: number[] }) => chiSquare(observed, weights),
  'normal-quantile': ({ p }: { p: number }) => ({ x: normalQuantile(p) }),
  't-quantile': ({ p, df }: { p: number; df: number }) => ({ x: studentQuantile(p, df) }),
  'incomplete-beta': ({ a, b, x }: { a: number; b: number; x: number }) => ({ value: incompleteBeta(a, b, x) }),
  'benjamini-hochberg': ({ p }: { p: number[] }) => ({ adjusted: benjaminiHochberg(p) }),
  holm: ({ p }: { p: number[] }) => ({ adjusted: holm(p) }),
  'e-bh': ({ e, alpha }: { e: number[]; alpha: number }) => ({ rejected: eBh(e, alpha) }),
  cuped({ treatment, control }: { treatment: PairedSums; control: PairedSums }) {
    const adjusted = cuped(treatment, control);
    const test = welchT(adjusted.treatment, adjusted.control)!;
    return {
      theta: adjusted.theta,
      estimate: test.difference,
      se: test.se,
      ci: welchInterval(test, 0.95),
      unadjusted: treatment.y / treatment.n - control.y / control.n,
    };
  },
  'wald-bound'({ p1, p0, share, alpha }: { p1: number; p0: number; share: number; alpha: number }) {
    const info = informationPerUnit([p1, 1 - p1], [p0, 1 - p0], share);
    const units = waldUnits(info, alpha);
    return { info_per_unit: info, units, candidate_units: share * units };
  },
};

function growthbook(inputs: {
  control: Sums;
  treatment: Sums;
  difference_type: 'absolute' | 'relative';
  alpha: number;
  sequential_tuning_parameter: number;
  side: 'two' | 'lesser' | 'greater';
}): object {
  const { alpha, sequential_tuning_parameter: tuning, side } = inputs;
  const effectOf = inputs.difference_type === 'absolute' ? absoluteEffect : relativeEffect;
  const effect = { ...effectOf(sampleOf(inputs.treatment), sampleOf(inputs.control)), alpha, tuning };
  if (side === 'two') return { estimate: effect.estimate, ...growthbookTwoSided(effect) };
  const half = growthbookOneSidedHalfWidth(effect);
  const ci = side === 'lesser' ? [null, effect.estimate + half] : [effect.estimate - half, null];
  return { estimate: effect.estimate, ci };
}

/** The program that computed the mixture's cases halves alpha twice. */
function empiricalBernstein({
  x,
  alpha,
  truncation,
  v_opt,
}: {
  x: number[];
  alpha: number;
  truncation?: number;
  v_opt?: number;
}): object {
  const at = (n: number): [number, number] =>
    truncation === undefined
      ? mixtureEmpiricalBernsteinCs(x.slice(0, n), alpha / 4, v_opt!)
      : plugInEmpiricalBernsteinCs(x.slice(0, n), alpha, truncation);
  return { ci_at: Object.fromEntries([10, 50, 200].map((n) => [n, at(n)])) };
}

function quantileCs(inputs: {
  n: number;
  p: number;
  alpha: number;
  t_opt: number;
  delta: number;
  s: number;
  eta: number;
}): object {
  const { n, p, alpha, t_opt: fromN, delta, s, eta } = inputs;
  const bound = doubleStitchingBound(p, n, alpha, { fromN, delta, s, eta });
  const mirrored = doubleStitchingBound(1 - p, n, alpha, { fromN, delta, s, eta });
  return { bound, bound_1mp: mirrored, upper_p: p + bound / n, lower_p: p - mirrored / n };
}
