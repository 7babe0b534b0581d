import { assign, type Assignment } from '../assignment/assignment';
import { BUCKETS } from '../assignment/bucket';

/*
 * Answers of the OpenFeature Remote Evaluation Protocol (OFREP) 0.3, as its OpenAPI description names the fields
 * (github.com/open-feature/protocol). A flag is a prompt, its value the version.
 */

/** Error codes that OFREP lets an endpoint answer with. */
export type EvaluationErrorCode =
  | 'PARSE_ERROR'
  | 'TARGETING_KEY_MISSING'
  | 'INVALID_CONTEXT'
  | 'FLAG_NOT_FOUND'
  | 'GENERAL';

/** One prompt's version for one unit. */
export interface Evaluation {
  key: string;
  value: { version: number };
  /** SPLIT while an experiment divides the units, STATIC while everybody gets the stable version. */
  reason: 'SPLIT' | 'STATIC';
  /** Name of the arm. */
  variant: string;
  metadata: ExperimentMetadata | Record<string, never>;
}

/** What is being tried; nothing when nothing is. */
export interface ExperimentMetadata {
  /** Id of the rollout or comparison. */
  rollout: string;
  /** Index of the rollout's step, from 0; a comparison has none. */
  step?: number;
  /** Percent of the units that are in an arm of their own, 0..100; the others get the stable version. */
  percent: number;
}

/** Why there is no version; `key` is left out where a request is not about one prompt. */
export interface EvaluationFailure {
  key?: string;
  errorCode: EvaluationErrorCode;
  errorDetails: string;
}

/**
 * The version that a unit gets.
 * @param assignment the prompt's document
 * @param unit the id of what is randomised; OFREP's targeting key
 * @returns FLAG_NOT_FOUND while no version holds `production`, so that the caller's own default is used
 */
export function evaluate(assignment: Assignment, unit: string): Evaluation | EvaluationFailure {
  const { prompt: key, arms } = assignment;
  const { version, arm: variant } = assign(assignment, unit);
  if (version === null) {
    return { key, errorCode: 'FLAG_NOT_FOUND', errorDetails: `prompt "${key}": no version holds the label production` };
  }
  const reason = arms.length === 0 ? 'STATIC' : 'SPLIT';
  return { key, value: { version }, reason, variant, metadata: metadataOf(assignment) };
}

/** True for the answer without a version. */
export function isFailure(answer: Evaluation | EvaluationFailure): answer is EvaluationFailure {
  return 'errorCode' in answer;
}

function metadataOf({ experiment, step, arms }: Assignment): Evaluation['metadata'] {
  if (experiment === null || arms.length === 0) return {};
  const buckets = arms.reduce((sum, { from, to }) => sum + Math.max(0, to - from), 0);
  const percent = (buckets * 100) / BUCKETS;
  return { rollout: experiment, ...(step === null ? {} : { step }), percent };
}
