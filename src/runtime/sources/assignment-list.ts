import { SourceError, type SourceAnswer } from './source';

/*
 * `{"schema": 1, "assignments": [...], "maxAgeMs": 60000}`: what the HTTP endpoint answers and what the local mode writes.
 * `maxAgeMs` may be left out.
 */

/**
 * Reads the text of a list.
 * @param where names the text in the message
 * @throws SourceError `DOCUMENT_INVALID`
 */
export function parseAssignmentList(where: string, text: string): SourceAnswer {
  return readAssignmentList(where, parseJson(where, text));
}

/** The same for a value. */
export function readAssignmentList(where: string, value: unknown): SourceAnswer {
  const { schema, assignments, maxAgeMs = null } = (value ?? {}) as Record<string, unknown>;
  if (schema !== 1) throw invalid(`${where}.schema`, '1', schema);
  if (!Array.isArray(assignments)) throw invalid(`${where}.assignments`, 'a list', assignments);
  if (maxAgeMs !== null && !(typeof maxAgeMs === 'number' && maxAgeMs > 0)) {
    throw invalid(`${where}.maxAgeMs`, 'ms above 0', maxAgeMs);
  }
  return { documents: assignments, maxAgeMs, ageMs: 0 };
}

/** @throws SourceError `DOCUMENT_INVALID` */
export function parseJson(where: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SourceError('DOCUMENT_INVALID', `${where}: expected JSON, got ${text.length} characters that are none`, {
      cause,
    });
  }
}

function invalid(path: string, expected: string, came: unknown): SourceError {
  const shown = (JSON.stringify(came) ?? 'nothing').slice(0, 100);
  return new SourceError('DOCUMENT_INVALID', `${path}: expected ${expected}, got ${shown}`);
}
