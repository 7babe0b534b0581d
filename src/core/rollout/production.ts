import type { LabelFacts } from './evidence';
import type { Rollout } from './rollout';

type ProductionFacts = Pick<LabelFacts, 'production' | 'stableExists'>;

/**
 * True when `production` is known to be where this rollout did not put it: somebody else moved it. A stable version that
 * was deleted took its label with it, which is nobody's move.
 */
export function isMovedByOthers(rollout: Rollout, { production, stableExists }: ProductionFacts): boolean {
  if (production === 'unknown' || (production === null && stableExists === false)) return false;
  switch (rollout.phase) {
    case 'ramping':
      return production !== rollout.stable;
    case 'promoting':
      return production !== rollout.stable && production !== rollout.candidate;
    default:
      return production !== rollout.candidate;
  }
}

/** True when `production` is on the candidate, is moving there, or may be. */
export function mayBeOnCandidate(rollout: Rollout, labels: ProductionFacts): boolean {
  if (labels.production === rollout.candidate) return true;
  return rollout.phase !== 'ramping' && !isMovedByOthers(rollout, labels);
}
