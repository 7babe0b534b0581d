import { asymptoticCsRadius } from '../stats/asymptotic-cs';
import { closedTesting } from '../stats/closed-testing';
import { logMeanExp, logSumExp } from '../stats/log-sum-exp';
import { pointDifference } from '../stats/stratified-ratio-difference';
import { engineA } from './engine-a';
import { engineB } from './engine-b';
import { floorLogE } from './floor';
import { guardrailProblem, harmWeights } from './engine-parameters';
import type { FrozenGuardrail } from './guardrail';
import type { GuardrailState } from './guardrail-state';
import { explainVerdict } from './explain-verdict';
import { safetyHindrance } from './safety-hindrance';
import type { Verdict, VerdictKind } from './verdict';

/** Error bounds of one rollout, each in (0, 1). */
export interface ErrorBounds {
  /** P(ever rolled back | nothing is worse). */
  alpha: number;
  /** P(ever promoted | something is worse than its margin). */
  beta: number;
}

/**
 * What the evidence says about one guardrail, at this look. May be asked at every look: each ln e belongs to an
 * e-process. `harmful` speaks of this guardrail alone; a rollout decides on {@link combineHarm}.
 * Never throws on data: what cannot be used gives a verdict with a reason, and is never `safe`.
 */
export function judgeGuardrail(g: FrozenGuardrail, state: GuardrailState, options: ErrorBounds): Verdict {
  const problem = guardrailProblem(g) ?? (state.kind === g.kind ? null : `kind: expected ${g.kind}, got ${state.kind}`);
  if (problem !== null) return unusable(g, state, problem);
  const a = engineA(g, state);
  const b = engineB(g, state);
  const { engineB: shareB, plannedEnd: shareEnd } = harmWeights(g);
  const hindrance = safetyHindrance(g, state, a.estimate !== null);
  const safety = (logEs: [number, number]): number => (hindrance === null ? logMeanExp(logEs) : 0);
  const floor = state.floor === null ? null : floorLogE(state.floor);
  const center = a.estimate ?? pointDifference(state.stages);
  const radius = a.estimate === null ? null : asymptoticCsRadius(a.estimate.se, g.delta, options.alpha);
  const verdict: Verdict = {
    guardrail: g.id,
    kind: 'inconclusive',
    reason: '',
    unitsStable: state.units.stable,
    unitsCandidate: state.units.candidate,
    meanStable: center?.meanStable ?? pooledMean(state, 'stable'),
    meanCandidate: center?.meanCandidate ?? pooledMean(state, 'candidate'),
    difference: center?.theta ?? null,
    low: center === null || radius === null ? null : center.theta - radius,
    high: center === null || radius === null ? null : center.theta + radius,
    delta: g.delta,
    logEHarmA: a.evidence.harm,
    logEHarmB: b.harm,
    logEHarm: logMeanExp([a.evidence.harm, b.harm], [1 - shareB, shareB]),
    logEFloor: floor?.candidate ?? null,
    logEFloorStable: floor?.stable ?? null,
    logESafeGate: safety([a.evidence.gate, b.gate]),
    logESafe: safety([a.evidence.safe, b.safe]),
  };
  if (!isFinite(verdict)) return unusable(g, state, 'the stored evidence holds values that are not numbers');
  const kind = kindOf(verdict, state.refused, options);
  // The interval knows nothing of the planned end, so it is said where without it nothing would be proven.
  const isByPlannedEnd = Math.exp(verdict.logEHarm) - shareEnd * Math.exp(a.plannedEnd) < 1 / options.alpha;
  const notes = { refused: state.refused, hindrance, isByPlannedEnd };
  return { ...verdict, kind, reason: explainVerdict({ ...verdict, kind }, g, notes, options) };
}

/** What a rollout's verdicts say together about harm. */
export interface CombinedHarm {
  /** ln of the weighted mean of all e-values for harm: at ln(1 / alpha) or above, roll back. */
  logE: number;
  /** Guardrails that are proven worse, or below their floor, one by one at a family-wise level alpha. */
  proven: string[];
  /** Guardrails whose stable arm is itself proven below the floor: an outage, not the candidate. */
  bothArmsBroken: string[];
}

/**
 * Weighted mean of the guardrails' e-values for harm, valid under any dependence. A guardrail with a floor puts half of
 * its weight on each of its two e-values; while the stable arm is below the floor too, the floor's counts 0.
 * @param verdicts of any of the guardrails; a guardrail without a verdict counts as no evidence
 * @param guardrails weights sum to 1
 */
export function combineHarm(
  verdicts: readonly Verdict[],
  guardrails: readonly FrozenGuardrail[],
  options: Pick<ErrorBounds, 'alpha'>,
): CombinedHarm {
  const byId = new Map(verdicts.map((verdict) => [verdict.guardrail, verdict]));
  const logs = guardrails.map((g) => {
    const verdict = byId.get(g.id);
    return verdict === undefined ? 0 : harmLogE(verdict, options.alpha);
  });
  const weights = guardrails.map((g) => g.weight);
  return {
    logE: guardrails.length === 0 ? 0 : logSumExp(logs.map((log, i) => log + Math.log(weights[i]!))),
    proven: closedTesting(logs, weights, options.alpha).map((i) => guardrails[i]!.id),
    bothArmsBroken: verdicts
      .filter((verdict) => isStableBroken(verdict, options.alpha))
      .map((verdict) => verdict.guardrail),
  };
}

function harmLogE(verdict: Verdict, alpha: number): number {
  if (verdict.logEFloor === null) return verdict.logEHarm;
  return logMeanExp([verdict.logEHarm, isStableBroken(verdict, alpha) ? -Infinity : verdict.logEFloor]);
}

function isStableBroken(verdict: Verdict, alpha: number): boolean {
  return verdict.logEFloorStable !== null && verdict.logEFloorStable >= Math.log(1 / alpha);
}

function kindOf(verdict: Verdict, refused: number, { alpha, beta }: ErrorBounds): VerdictKind {
  const floor = verdict.logEFloor === null || isStableBroken(verdict, alpha) ? 0 : verdict.logEFloor;
  if (Math.max(verdict.logEHarm, floor) >= Math.log(1 / alpha)) return 'harmful';
  if (verdict.unitsStable === 0 || verdict.unitsCandidate === 0) return 'no_data';
  const isBetterThanMargin = verdict.difference !== null && verdict.difference + verdict.delta > 0;
  const isProven = verdict.logESafe >= Math.log(1 / beta) && isBetterThanMargin;
  return isProven && refused === 0 ? 'safe' : 'inconclusive';
}

/** Mean over all stages of one arm: for display while the arms cannot be compared. */
function pooledMean(state: GuardrailState, arm: 'stable' | 'candidate'): number | null {
  let m = 0;
  let y = 0;
  for (const stage of state.stages) {
    m += stage[arm].m;
    y += stage[arm].y;
  }
  return m > 0 ? y / m : null;
}

function isFinite(verdict: Verdict): boolean {
  return Object.values(verdict).every((value) => typeof value !== 'number' || Number.isFinite(value));
}

function unusable(g: FrozenGuardrail, state: GuardrailState, problem: string): Verdict {
  return {
    guardrail: g.id,
    kind: 'inconclusive',
    reason: `Cannot be judged: ${problem}.`,
    unitsStable: state.units.stable,
    unitsCandidate: state.units.candidate,
    meanStable: null,
    meanCandidate: null,
    difference: null,
    low: null,
    high: null,
    delta: Number.isFinite(g.delta) ? g.delta : 0,
    logEHarmA: 0,
    logEHarmB: 0,
    logEHarm: 0,
    logEFloor: null,
    logEFloorStable: null,
    logESafeGate: 0,
    logESafe: 0,
  };
}
