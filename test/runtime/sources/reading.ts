import type { AssignmentSource, SourceAnswer } from '../../../src/runtime';

/** One read. */
export function read(source: AssignmentSource): Promise<SourceAnswer> {
  return source.read(AbortSignal.timeout(5000));
}

/** The text of a list. */
export function listOf(...assignments: unknown[]): string {
  return JSON.stringify({ schema: 1, assignments });
}

/** Waits for something that has to come, for as long as a test may take. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
}
