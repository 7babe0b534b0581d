import type { ExperimentEvidence } from '../evidence/manifest';
import type { TickEvidence } from '../rollout/evidence';

/** What a tick knows of a comparison when it decides. */
export interface ComparisonEvidence extends Omit<TickEvidence, 'judged' | 'isAssignmentServed' | 'verifyDeadlineMs'> {
  /** The judged part of the snapshot; null when nothing has been read yet. */
  judged: ExperimentEvidence | null;
}
