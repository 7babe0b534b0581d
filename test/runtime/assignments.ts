import type { Assignment } from '../../src/core/assignment/assignment';
import { bucketOf } from '../../src/core/assignment/bucket';
import type { AssignmentSource, SourceAnswer } from '../../src/runtime';

export const PROMPT = 'greeting';
export const STABLE = 7;
export const CANDIDATE = 8;
const SALT = 'greeting/8/1';

/** Only the stable version. */
export function atRest(epoch: number, changes: Partial<Assignment> = {}): Assignment {
  return {
    schema: 1,
    prompt: PROMPT,
    epoch,
    stable: STABLE,
    experiment: null,
    step: null,
    salt: '',
    arms: [],
    writtenAtMs: 0,
    ...changes,
  };
}

/** A candidate at a percent. */
export function ramping(epoch: number, percent: number, candidate = CANDIDATE): Assignment {
  return atRest(epoch, {
    experiment: `${PROMPT}/${candidate}/1`,
    step: 0,
    salt: SALT,
    arms: [{ name: 'candidate', version: candidate, from: 0, to: percent * 100 }],
  });
}

/** The first units whose buckets are below, and not below, a percent. */
export function unitsAt(percent: number): { inside: string; outside: string } {
  const units = Array.from({ length: 10_000 }, (_, i) => `user-${i}`);
  const isInside = (unit: string): boolean => bucketOf(SALT, unit) < percent * 100;
  return { inside: units.find(isInside)!, outside: units.find((unit) => !isInside(unit))! };
}

/** A source that answers what it is told to: documents, an error, or nothing for as long as it is told. */
export function scriptedSource(documents: readonly unknown[]) {
  const source = {
    documents,
    failure: null as Error | null,
    waitMs: 0,
    ageMs: 0,
    maxAgeMs: null as number | null,
    reads: 0,
    async read(): Promise<SourceAnswer> {
      source.reads++;
      if (source.waitMs > 0) await new Promise((resolve) => setTimeout(resolve, source.waitMs));
      if (source.failure !== null) throw source.failure;
      return { documents: source.documents, maxAgeMs: source.maxAgeMs, ageMs: source.ageMs };
    },
  };
  return source satisfies AssignmentSource;
}
