import type { Assignment } from './assignment';
import { BUCKETS } from './bucket';

/** The schema of documents that this code understands. */
export const ASSIGNMENT_SCHEMA = 1;

/**
 * Checks that a value is an assignment in schema 1; keys it does not know are left alone.
 * @param where names the value in the message
 * @returns the assignment, or what is wrong: path, what was expected, what came
 */
export function parseAssignment(where: string, value: unknown): Assignment | string {
  if (!isRecord(value)) return wrong(where, 'an object', value);
  const { schema, prompt, epoch, stable, experiment, step, salt, arms, writtenAtMs } = value;
  if (schema !== ASSIGNMENT_SCHEMA) return wrong(`${where}.schema`, String(ASSIGNMENT_SCHEMA), schema);
  if (typeof prompt !== 'string' || prompt === '') return wrong(`${where}.prompt`, 'a text', prompt);
  if (!isWholeFrom(0, epoch)) return wrong(`${where}.epoch`, 'an integer', epoch);
  if (stable !== null && !isWholeFrom(1, stable)) return wrong(`${where}.stable`, 'a version or null', stable);
  if (experiment !== null && typeof experiment !== 'string') {
    return wrong(`${where}.experiment`, 'a text or null', experiment);
  }
  if (step !== null && !isWholeFrom(0, step)) return wrong(`${where}.step`, 'an integer or null', step);
  if (typeof salt !== 'string') return wrong(`${where}.salt`, 'a text', salt);
  if (!Array.isArray(arms)) return wrong(`${where}.arms`, 'a list', arms);
  if (!Number.isFinite(writtenAtMs)) return wrong(`${where}.writtenAtMs`, 'a number', writtenAtMs);
  const problem = armProblem(`${where}.arms`, arms);
  return problem ?? (value as unknown as Assignment);
}

/** What is wrong with the arms; null when nothing is. They may leave buckets out, but share none. */
function armProblem(where: string, arms: readonly unknown[]): string | null {
  const taken: { from: number; to: number }[] = [];
  for (const [index, arm] of arms.entries()) {
    const path = `${where}[${index}]`;
    if (!isRecord(arm)) return wrong(path, 'an object', arm);
    const { name, version, from, to } = arm;
    if (typeof name !== 'string' || name === '') return wrong(`${path}.name`, 'a text', name);
    if (!isWholeFrom(1, version)) return wrong(`${path}.version`, 'an integer from 1', version);
    if (!isWholeFrom(0, from) || from > BUCKETS) return wrong(`${path}.from`, `an integer from 0 to ${BUCKETS}`, from);
    if (!isWholeFrom(from, to) || to > BUCKETS) return wrong(`${path}.to`, `an integer from ${from} to ${BUCKETS}`, to);
    if (taken.some((other) => from < other.to && other.from < to)) {
      return wrong(path, 'buckets that no other arm has', arm);
    }
    taken.push({ from, to });
  }
  return null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isWholeFrom(least: number, value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= least;
}

function wrong(path: string, expected: string, came: unknown): string {
  return `${path}: expected ${expected}, got ${(JSON.stringify(came) ?? 'nothing').slice(0, 100)}`;
}
