import type { Assignment } from '../core/assignment/assignment';
import { BUCKETS } from '../core/assignment/bucket';
import { bucketAfter, hashSalt, type HashState } from '../core/assignment/salted-hash';
import type { ErrorCode, Reason, Resolution } from './resolution';

/** An assignment made ready for many look-ups: the salt is hashed, every possible answer exists. */
export interface CompiledAssignment {
  readonly document: Assignment;
  readonly salt: HashState;
  readonly arms: readonly { readonly from: number; readonly to: number; readonly resolution: Resolution }[];
  /** For units in no arm. */
  readonly rest: Resolution;
}

/** Makes an assignment ready. */
export function compileAssignment(document: Assignment): CompiledAssignment {
  const { stable } = document;
  const rest =
    stable === null
      ? resolutionOf(document, { version: null, arm: null, reason: 'DEFAULT', errorCode: 'NO_VERSION' })
      : resolutionOf(document, {
          version: stable,
          arm: 'stable',
          reason: document.arms.length === 0 ? 'STATIC' : 'SPLIT',
          errorCode: null,
        });
  return {
    document,
    salt: hashSalt(document.salt),
    arms: document.arms.map(({ name, version, from, to }) => ({
      from,
      to,
      resolution: resolutionOf(document, { version, arm: name, reason: 'SPLIT', errorCode: null }),
    })),
    rest,
  };
}

/** What a unit gets; equal to `assign` of the document. */
export function lookUp(compiled: CompiledAssignment, unit: string): Resolution {
  const { arms } = compiled;
  if (arms.length === 0) return compiled.rest;
  const bucket = bucketAfter(compiled.salt, unit);
  for (let i = 0; i < arms.length; i++) {
    const arm = arms[i]!;
    if (bucket >= arm.from && bucket < arm.to) return arm.resolution;
  }
  return compiled.rest;
}

/** The stable version for everyone, for this reason. No rollout is named: who gets it was not randomised. */
export function stableFor(compiled: CompiledAssignment, reason: Reason, errorCode: ErrorCode | null): Resolution {
  const { rest } = compiled;
  if (rest.version === null) return rest;
  return Object.freeze({ ...rest, rollout: null, step: null, percent: null, reason, errorCode });
}

/** An answer when no assignment of the prompt is known. */
export function unknownFor(prompt: string, errorCode: ErrorCode): Resolution {
  const nothing = { version: null, arm: null, rollout: null, step: null, percent: null, epoch: null };
  return Object.freeze({ prompt, ...nothing, reason: 'DEFAULT', errorCode });
}

function resolutionOf(
  document: Assignment,
  chosen: Pick<Resolution, 'version' | 'arm' | 'reason' | 'errorCode'>,
): Resolution {
  const { prompt, epoch, experiment, step, arms } = document;
  const isTrying = arms.length > 0;
  const buckets = arms.reduce((sum, { from, to }) => sum + to - from, 0);
  return Object.freeze({
    prompt,
    version: chosen.version,
    arm: chosen.arm,
    rollout: isTrying ? experiment : null,
    step: isTrying ? step : null,
    percent: isTrying ? (buckets * 100) / BUCKETS : null,
    epoch,
    reason: chosen.reason,
    errorCode: chosen.errorCode,
  });
}
