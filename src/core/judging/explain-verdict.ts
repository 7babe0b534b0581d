import type { FrozenGuardrail } from './guardrail';
import type { Verdict } from './verdict';
import { wordDifference, wordEvidence, wordMargin, wordMean } from './wording';

/** What a verdict's numbers do not say. */
export interface VerdictNotes {
  /** Values that could not be used: what stands in the way of safety. */
  refused: number;
  /** Another such reason; null = none. */
  hindrance: string | null;
  /** Harm is not proven without the test at the planned end. */
  isByPlannedEnd: boolean;
}

/**
 * One plain sentence, with its numbers, for a product owner.
 * @param verdict its kind is decided; its reason is not read
 */
export function explainVerdict(
  verdict: Verdict,
  g: FrozenGuardrail,
  notes: VerdictNotes,
  { alpha, beta }: { alpha: number; beta: number },
): string {
  const units = `${verdict.unitsCandidate} candidate and ${verdict.unitsStable} stable units`;
  const means = compare(verdict, g, alpha);
  const needed = (bound: number): string => `${wordEvidence(Math.log(1 / bound))} is needed`;
  switch (verdict.kind) {
    case 'harmful':
      if (verdict.logEHarm < Math.log(1 / alpha) && verdict.logEFloor !== null && g.floor !== null) {
        const limit = wordMean(g.transform, g.floor);
        return `Below its limit of ${limit}: ${means}; evidence ${wordEvidence(verdict.logEFloor)}; ${units}.`;
      }
      return `Worse than stable: ${means}; evidence ${wordEvidence(verdict.logEHarm)}${endOf(notes)}, ${needed(alpha)}; ${units}.`;
    case 'no_data':
      return `No data in ${emptyArms(verdict)}: ${units} so far.`;
    case 'safe': {
      const margin = wordMargin(g.transform, g.delta);
      return `Within the margin of ${margin}: ${means}; evidence ${wordEvidence(verdict.logESafe)}; ${units}.`;
    }
    case 'inconclusive': {
      const evidence = `evidence that it is within the margin of ${wordMargin(g.transform, g.delta)} is ${wordEvidence(verdict.logESafe)}, ${needed(beta)}`;
      return `Not decided: ${means}; ${evidence}${faultsOf(notes)}; ${units}.`;
    }
  }
}

function compare(verdict: Verdict, g: FrozenGuardrail, alpha: number): string {
  const { difference, low, high } = verdict;
  const mean = (z: number | null): string => (z === null ? 'no data' : wordMean(g.transform, z));
  const means = `${mean(verdict.meanCandidate)} against ${mean(verdict.meanStable)}`;
  if (difference === null) return means;
  const change = wordDifference(g.transform, difference);
  if (low === null || high === null) return `${means} (${change})`;
  const ends = [wordDifference(g.transform, low), wordDifference(g.transform, high)].join(' to ');
  return `${means} (${change}, ${Math.round(1000 * (1 - alpha)) / 10} % interval ${ends})`;
}

function endOf({ isByPlannedEnd }: VerdictNotes): string {
  return isByPlannedEnd ? " with the test at the ramp's planned end" : '';
}

function faultsOf({ refused, hindrance }: VerdictNotes): string {
  const because = hindrance === null ? '' : `; ${hindrance}`;
  if (refused === 0) return because;
  const values =
    refused === 1 ? '1 value was not a number in its range' : `${refused} values were not numbers in their range`;
  return `${because}; ${values}, so nothing counts as proven safe`;
}

function emptyArms({ unitsStable, unitsCandidate }: Verdict): string {
  if (unitsStable === 0 && unitsCandidate === 0) return 'either arm';
  return unitsStable === 0 ? 'the stable arm' : 'the candidate arm';
}
