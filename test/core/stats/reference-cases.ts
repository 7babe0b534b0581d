import logcdf from '@stdlib/stats-base-dists-normal-logcdf';
import { asymptoticCsRadius } from '../../../src/core/stats/asymptotic-cs';
import { closedTesting } from '../../../src/core/stats/closed-testing';
import { halfNormalMixtureLogE } from '../../../src/local/statistics/reference/half-normal-mixture';
import { logMeanExp } from '../../../src/core/stats/log-sum-exp';
import { mergeMoments, momentsOf, varianceOf } from '../../../src/core/stats/moments';
import { logLikelihoodRatios } from '../../../src/core/stats/noncentral-hypergeometric';
import { logCapital } from '../../../src/core/stats/pair-betting';
import { type ArmSums, ratioEstimate } from '../../../src/core/stats/ratio';
import { srmLogE, type StageCounts } from '../../../src/core/stats/srm';
import {
  crossIndex,
  type CrossSums,
  type StageSums,
  stratifiedRatioDifference,
} from '../../../src/core/stats/stratified-ratio-difference';
import { DISPLAY_KINDS } from '../../local/statistics/reference-kinds';

/*
 * Cases computed by other programs, and how each kind of them is asked of the code here. The file's form is documented
 * in its own `note`.
 */

export interface ReferenceCase {
  id: string;
  kind: string;
  inputs: unknown;
  expected: unknown;
  tolerance: { rel?: number; abs?: number };
  source: string;
}

export interface ReferenceFile {
  note: string;
  cases: ReferenceCase[];
}

export type CaseResult = { status: 'passed' } | { status: 'unsupported' } | { status: 'failed'; differences: string[] };

/**
 * Runs one case.
 * @param file the cases it was read with: an input `as ID` stands for the same input of another case
 */
export function runCase(testCase: ReferenceCase, file: readonly ReferenceCase[] = []): CaseResult {
  const compute = KINDS[testCase.kind] ?? DISPLAY_KINDS[testCase.kind];
  if (compute === undefined) return { status: 'unsupported' };
  const inputs = resolveInputs(testCase.inputs, file);
  const differences = compare(compute(inputs as never), testCase.expected, testCase.tolerance, '');
  return differences.length === 0 ? { status: 'passed' } : { status: 'failed', differences };
}

function resolveInputs(inputs: unknown, file: readonly ReferenceCase[]): unknown {
  if (typeof inputs !== 'object' || inputs === null) return inputs;
  const resolved = Object.entries(inputs).map(([name, value]: [string, unknown]) => {
    const id = typeof value === 'string' && value.startsWith('as ') ? value.slice(3) : null;
    const other = file.find((each) => each.id === id)?.inputs as Record<string, unknown> | undefined;
    return [name, other === undefined ? value : other[name]];
  });
  return Object.fromEntries(resolved);
}

/** Every expected number, list and truth value must be there; where both tolerances are given, one is enough. */
function compare(got: unknown, expected: unknown, tolerance: ReferenceCase['tolerance'], path: string): string[] {
  if (typeof expected === 'number') {
    const error = typeof got === 'number' ? Math.abs(got - expected) : Number.NaN;
    const isClose = error <= (tolerance.abs ?? -1) || error <= (tolerance.rel ?? -1) * Math.abs(expected);
    return isClose ? [] : [`${path}: expected ${expected}, got ${String(got)}`];
  }
  if (typeof expected === 'object' && expected !== null) {
    if (typeof got !== 'object' || got === null) return [`${path}: expected an object, got ${String(got)}`];
    if (Array.isArray(expected) && (!Array.isArray(got) || got.length !== expected.length))
      return [`${path}: expected ${expected.length} entries, got ${JSON.stringify(got)}`];
    const given = new Map(Object.entries(got));
    return Object.entries(expected).flatMap(([key, value]) =>
      compare(given.get(key), value, tolerance, `${path}.${key}`),
    );
  }
  return got === expected ? [] : [`${path}: expected ${String(expected)}, got ${String(got)}`];
}

/** The inputs of a kind are as its cases in the file have them. */
const KINDS: Readonly<Record<string, (inputs: never) => object>> = {
  'normal-logcdf': ({ x }: { x: number }) => ({ log_p: logcdf(x, 0, 1) }),

  'halfnormal-mixture-loge': ({ theta, se, tau }: { theta: number; se: number; tau: number }) => ({
    log_e: halfNormalMixtureLogE(theta, se, tau),
  }),

  'asymptotic-cs': asymptoticCs,

  'binary-exact-loge': binaryExact,

  'pair-betting-loge': ({ d, lambdas, margin }: { d: number[]; lambdas: number[]; margin: number }) => ({
    log_e_rollback: betAll(
      lambdas,
      d.map((x) => -x),
    ),
    log_e_noninferior: betAll(
      lambdas,
      d.map((x) => x + margin),
    ),
  }),

  'srm-sequential-loge': ({ stages, concentration }: { stages: StageCounts[]; concentration: number }) => ({
    log_e: srmLogE(stages, concentration),
  }),

  'e-closed-testing': ({ e, alpha }: { e: number[]; alpha: number }) => {
    const logs = e.map((value) => Math.log(value));
    const mean = Math.exp(logMeanExp(logs));
    const weights = e.map(() => 1 / e.length);
    return { rejected: closedTesting(logs, weights, alpha), global_mean_e: mean, rollback: mean >= 1 / alpha };
  },

  'moments-merge': ({ parts }: { parts: number[][] }) => {
    const merged = parts.map(momentsOf).reduce(mergeMoments);
    return { ...merged, var: varianceOf(merged) };
  },

  'ratio-delta': ({ sums }: { sums: { n: number; y: number; m: number; yy: number; mm: number; ym: number } }) => {
    const { ratio, s2 } = ratioEstimate({ ...sums, units: sums.n });
    return { ratio, var_of_ratio: s2 / sums.n };
  },

  'stratified-difference': stratified,

  engineA,
};

function betAll(lambdas: readonly number[], gains: readonly number[]): number {
  return logMeanExp(lambdas.map((lambda) => logCapital(lambda, gains)));
}

function asymptoticCs(inputs: { n: number; var: number; alpha: number; rho: number; side: 'one' | 'two' }): object {
  const { n, alpha, rho } = inputs;
  const se = Math.sqrt(inputs.var / n);
  const tau = rho * Math.sqrt(inputs.var);
  if (inputs.side === 'two') return { radius: asymptoticCsRadius(se, tau, alpha) };
  const grown = n * rho * rho + 1;
  const closed = Math.sqrt((2 * grown * Math.log1p(Math.sqrt(grown) / (2 * alpha))) / (n * rho) ** 2);
  return {
    radius_exact: rootOf((x) => halfNormalMixtureLogE(x, se, tau) - Math.log(1 / alpha), 0, 100 * se),
    radius_closed_form: closed * Math.sqrt(inputs.var),
  };
}

/** Root of a growing function, by bisection. */
function rootOf(f: (x: number) => number, low: number, high: number): number {
  for (let i = 0; i < 200; i++) {
    const middle = (low + high) / 2;
    if (f(middle) < 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function binaryExact(inputs: {
  hours: { n1: number; n0: number; bad1: number; bad0: number }[];
  or_grid: number[];
  weights: number[];
  or_margin: number;
}): object {
  const margin = Math.log(inputs.or_margin);
  const harm = inputs.or_grid.map((t) => Math.log(t));
  const safe = [0.5 * margin, 0, -margin];
  const sums = [...harm, ...safe, margin].map(() => 0);
  for (const { n1, n0, bad1, bad0 } of inputs.hours) {
    const table = { candidateUnits: n1, candidateBad: bad1, stableUnits: n0, stableBad: bad0 };
    logLikelihoodRatios(table, [...harm, ...safe, margin]).forEach((log, i) => (sums[i]! += log));
  }
  const atMargin = sums.at(-1)!;
  const safeSums = sums.slice(harm.length, -1).map((log) => log - atMargin);
  return {
    log_e_rollback: logMeanExp(sums.slice(0, harm.length), inputs.weights),
    log_e_noninferior: logMeanExp(safeSums, [0.25, 0.5, 0.25]),
  };
}

function stratified({ stages }: { stages: { n1: number; n0: number; s1: number; s0: number }[] }): object {
  const arm = (n: number, s: number): ArmSums => ({ units: n, m: n, y: s, mm: n, yy: s, ym: s });
  const sums = stages.map(({ n1, n0, s1, s0 }) => ({ stable: arm(n0, s0), candidate: arm(n1, s1) }));
  const total = (key: 'n1' | 'n0' | 's1' | 's0'): number => stages.reduce((all, stage) => all + stage[key], 0);
  const result = stratifiedRatioDifference(sums, [], 0);
  return {
    estimate: result?.theta,
    se: result?.se,
    pooled_difference: total('s1') / total('n1') - total('s0') / total('n0'),
  };
}

interface WrittenSums {
  U: number;
  M: number;
  Y: number;
  MM: number;
  YY: number;
  YM: number;
}

function engineA(inputs: {
  stages: Record<string, { control: WrittenSums; candidate: WrittenSums }>;
  cross: Record<string, CrossSums>;
  margin: number;
  tau: number;
  kappa: number;
}): object {
  const arm = ({ U, M, Y, MM, YY, YM }: WrittenSums): ArmSums => ({ units: U, m: M, y: Y, mm: MM, yy: YY, ym: YM });
  const stages: StageSums[] = Object.values(inputs.stages).map(({ control, candidate }) => ({
    stable: arm(control),
    candidate: arm(candidate),
  }));
  const cross = Array.from({ length: 4 }, (): CrossSums => ({ yy: 0, ym: 0, my: 0, mm: 0 }));
  for (const [arms, sums] of Object.entries(inputs.cross)) cross[crossIndex(arms[0] === '1', arms[1] === '1')] = sums;
  const result = stratifiedRatioDifference(stages, [cross], inputs.kappa)!;
  return {
    theta: result.theta,
    se: result.se,
    se_without_cross: stratifiedRatioDifference(stages, [], inputs.kappa)?.se,
    log_e_rollback: halfNormalMixtureLogE(-result.theta, result.se, inputs.tau),
    log_e_noninferior: halfNormalMixtureLogE(result.theta + inputs.margin, result.se, inputs.tau),
  };
}
