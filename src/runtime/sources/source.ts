/** Something that was read and is no assignment. */
export interface InvalidDocument {
  /** Where it was, what was expected, what came. */
  message: string;
  /** Whose it is; null when that is not known. */
  prompt: string | null;
}

/** What one read of a source gave. */
export interface SourceAnswer {
  /** The assignments; the router checks each. */
  documents: readonly unknown[];
  /** What the source itself could not read, while it could read the rest. */
  invalid?: readonly InvalidDocument[];
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
