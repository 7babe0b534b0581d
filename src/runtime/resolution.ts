/**
 * Why a version was chosen; the words of OpenFeature.
 *
 * - `SPLIT`: the unit's bucket decided, in a running rollout.
 * - `STATIC`: nothing is being tried; everyone gets the stable version.
 * - `TARGETING_MATCH`: an override for this unit.
 * - `DISABLED`: the kill switch; everyone gets the stable version.
 * - `STALE`: the assignment could not be confirmed for longer than its maximum age; everyone gets the stable version.
 * - `DEFAULT`: no version is known; the caller's fallback, or none.
 * - `ERROR`: something is missing; `errorCode` says what, and the stable version is served where it is known.
 */
export type Reason = 'SPLIT' | 'STATIC' | 'TARGETING_MATCH' | 'DISABLED' | 'STALE' | 'DEFAULT' | 'ERROR';

/**
 * What was wrong, beside the answer.
 *
 * - `NOT_READY`: no assignment has been read yet.
 * - `SOURCE_UNAVAILABLE`: assignments could not be read: no answer in time, 429, 500, no network, no file.
 * - `DOCUMENT_INVALID`: what was read is no assignment, or one of a schema this library does not know.
 * - `PROMPT_UNKNOWN`: the source has no assignment of this prompt.
 * - `UNIT_MISSING`: the unit is not a text, or an empty one.
 * - `VERSION_PENDING`: the prompt object of a new version is still being fetched.
 * - `VERSION_UNAVAILABLE`: the prompt object of a version could not be fetched; it may be deleted in Langfuse.
 * - `NO_VERSION`: no version holds `production`.
 */
export type ErrorCode =
  | 'NOT_READY'
  | 'SOURCE_UNAVAILABLE'
  | 'DOCUMENT_INVALID'
  | 'PROMPT_UNKNOWN'
  | 'UNIT_MISSING'
  | 'VERSION_PENDING'
  | 'VERSION_UNAVAILABLE'
  | 'NO_VERSION';

/** Which version a unit gets, and why. Frozen and shared between calls. */
export interface Resolution {
  readonly prompt: string;
  /** Langfuse's version; null when neither the assignment nor the caller knows one. */
  readonly version: number | null;
  /** `stable`, `candidate`, or the name of a comparison's arm; null when the version is not the assignment's. */
  readonly arm: string | null;
  /** The id of the running rollout; null when nothing is being tried. */
  readonly rollout: string | null;
  /** Index of the rollout's step, from 0; null when nothing is being tried. */
  readonly step: number | null;
  /** The share of units in the rollout's arms, 0..100; null when nothing is being tried. */
  readonly percent: number | null;
  /** The epoch of the assignment that was used; null when none was. */
  readonly epoch: number | null;
  readonly reason: Reason;
  readonly errorCode: ErrorCode | null;
}
