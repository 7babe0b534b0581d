/** What one read of a source gave. */
export interface SourceAnswer {
  /** The assignments, unchecked. */
  documents: readonly unknown[];
  /** How long the deployment lets a runtime go on without confirmation, ms; null = the source does not say. */
  maxAgeMs: number | null;
  /** How old the answer already was when it came, ms; 0 unless something between cached it. */
  ageMs: number;
}

/** Where assignments come from. Reads are never concurrent. */
export interface AssignmentSource {
  /**
   * Reads all assignments.
   * @param signal aborted when the time is up; an answer after that is thrown away
   * @throws SourceError, or anything; the router goes on with what it has
   */
  read(signal: AbortSignal): Promise<SourceAnswer>;
}

/** Why a source could not be read. */
export class SourceError extends Error {
  readonly code: 'SOURCE_UNAVAILABLE' | 'DOCUMENT_INVALID';
  /** Do not ask again before this, ms; null = not said. */
  readonly retryAfterMs: number | null;

  constructor(
    code: SourceError['code'],
    message: string,
    options: { retryAfterMs?: number | null; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'SourceError';
    this.code = code;
    this.retryAfterMs = options.retryAfterMs ?? null;
  }
}

/**
 * Reads the text of `{"schema": 1, "assignments": [...]}`, the form of the HTTP endpoint and of the file.
 * @param where names the text in the message
 * @throws SourceError `DOCUMENT_INVALID`
 */
export function parseAssignmentList(where: string, text: string): Pick<SourceAnswer, 'documents' | 'maxAgeMs'> {
  const value = parseJson(where, text);
  const { schema, assignments, maxAgeMs } = (value ?? {}) as Record<string, unknown>;
  if (schema !== 1) throw invalid(`${where}.schema`, '1', schema);
  if (!Array.isArray(assignments)) throw invalid(`${where}.assignments`, 'a list', assignments);
  if (maxAgeMs !== undefined && !(Number.isFinite(maxAgeMs) && (maxAgeMs as number) > 0)) {
    throw invalid(`${where}.maxAgeMs`, 'ms above 0', maxAgeMs);
  }
  return { documents: assignments, maxAgeMs: (maxAgeMs as number | undefined) ?? null };
}

/** @throws SourceError `DOCUMENT_INVALID` */
export function parseJson(where: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const came = `${text.length} characters that are none`;
    throw new SourceError('DOCUMENT_INVALID', `${where}: expected JSON, got ${came}`, { cause });
  }
}

function invalid(path: string, expected: string, came: unknown): SourceError {
  const shown = (JSON.stringify(came) ?? 'nothing').slice(0, 100);
  return new SourceError('DOCUMENT_INVALID', `${path}: expected ${expected}, got ${shown}`);
}
