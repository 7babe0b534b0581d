import type { Assignment } from '../../src/core/assignment/assignment';
import { BUCKETS } from '../../src/core/assignment/bucket';
import { type AssignmentSource, createRouter } from '../../src/runtime';
import { PERCENT, PROMPT, type Started } from './subject';

const CANDIDATE = 8;

const DOCUMENT: Assignment = {
  schema: 1,
  prompt: PROMPT,
  epoch: 1,
  stable: 7,
  experiment: `${PROMPT}/${CANDIDATE}/1`,
  step: 0,
  salt: `${PROMPT}/${CANDIDATE}/1`,
  arms: [{ name: 'candidate', version: CANDIDATE, from: 0, to: (PERCENT * BUCKETS) / 100 }],
  writtenAtMs: 0,
};

/** A router that has its document. */
export async function startRouter() {
  const source: AssignmentSource = { read: async () => ({ documents: [DOCUMENT], maxAgeMs: null, ageMs: 0 }) };
  const router = createRouter({ source });
  if (!(await router.ready())) throw new Error('the router has no document');
  return router;
}

export async function start(): Promise<Started> {
  const router = await startRouter();
  const picksCandidate = (unit: string): boolean => router.resolve(PROMPT, { unit }).version === CANDIDATE;
  return { picksCandidate, close: () => router.close() };
}
