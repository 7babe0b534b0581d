import { BUCKETS, bucketOf } from './bucket';

/** The two arms of a rollout. A comparison names its arms itself. */
export type Arm = 'stable' | 'candidate';

/** One arm's share of the buckets: `[0, to)` belongs to the candidate, the rest to the stable version. */
export interface AssignmentArm {
  name: string;
  version: number;
  /** First bucket, inclusive, 0..10000. */
  from: number;
  /** Last bucket, exclusive, 0..10000. */
  to: number;
}

/**
 * The small document that says which units get which version of a prompt. Units in no arm's range get `stable`.
 * `epoch` only grows; a reader ignores a document whose epoch is older than the one it holds.
 */
export interface Assignment {
  schema: 1;
  prompt: string;
  epoch: number;
  /** The version for everyone outside the arms; null while no version holds `production`. */
  stable: number | null;
  /** The rollout or comparison the arms belong to; null when nothing is being tried. */
  experiment: string | null;
  /** Index of the rollout's step; null when nothing is being tried. */
  step: number | null;
  salt: string;
  arms: AssignmentArm[];
  /** When this document was written, ms since 1970. */
  writtenAtMs: number;
}

/** What {@link assign} answers. */
export interface Assigned {
  version: number | null;
  arm: string;
  bucket: number | null;
}

/**
 * The version that a unit gets under a document. Pure, total: an empty document serves the stable version.
 * @param assignment the document
 * @param unit the id of what is randomised
 */
export function assign(assignment: Assignment, unit: string): Assigned {
  if (assignment.arms.length === 0) return { version: assignment.stable, arm: 'stable', bucket: null };
  const bucket = bucketOf(assignment.salt, unit);
  for (const arm of assignment.arms) {
    if (bucket >= arm.from && bucket < arm.to) return { version: arm.version, arm: arm.name, bucket };
  }
  return { version: assignment.stable, arm: 'stable', bucket };
}

/**
 * The arm of a bucket when the candidate has a percent of the traffic. Ranges start at bucket 0 and only grow, so a
 * unit in the candidate arm at p % is in it at every q > p.
 */
export function armOfBucket(bucket: number, percent: number): Arm {
  return bucket < (percent * BUCKETS) / 100 ? 'candidate' : 'stable';
}
