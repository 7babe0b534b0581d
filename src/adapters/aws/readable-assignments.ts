import type { Assignment } from '../../core/assignment/assignment';
import { RampartError } from '../../core/errors';
import type { AssignmentPage } from '../../core/ports';

/** A listed assignment, or why its item cannot be read. */
export type ReadableAssignment = { assignment: Assignment } | AssignmentPage['damaged'][number];

/**
 * Reads one item of a list; what is wrong with it is kept beside the others instead of hiding them.
 * @param prompt its name as far as the key tells; null = unknown
 */
export function readable(prompt: string | null, read: () => Assignment): ReadableAssignment {
  try {
    return { assignment: read() };
  } catch (error) {
    if (error instanceof RampartError) return { prompt, problem: error };
    throw error;
  }
}

/** The readable ones and the damaged ones. */
export function split(rows: readonly ReadableAssignment[]): Pick<AssignmentPage, 'assignments' | 'damaged'> {
  return {
    assignments: rows.flatMap((row) => ('assignment' in row ? [row.assignment] : [])),
    damaged: rows.flatMap((row) => ('assignment' in row ? [] : [row])),
  };
}
