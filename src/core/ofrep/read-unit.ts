import type { EvaluationFailure } from './evaluation';

/** The unit of a request, or what is wrong with its body. */
export type ReadUnit = { ok: true; unit: string } | { ok: false; failure: EvaluationFailure };

/**
 * Reads `{"context": {"targetingKey": UNIT, …}}`, the body of both forms of evaluation. The rest of the context is not
 * looked at: versions are given out by unit alone.
 * @param body the text of the request's body
 */
export function readUnit(body: string): ReadUnit {
  const request = parseJson(body);
  if (!isRecord(request)) return refused('PARSE_ERROR', `body: expected a JSON object, got ${kindOf(request)}`);
  const { context } = request;
  if (context !== undefined && !isRecord(context)) {
    return refused('INVALID_CONTEXT', `context: expected an object, got ${kindOf(context)}`);
  }
  const unit = context?.['targetingKey'];
  if (unit === undefined || unit === null || unit === '') {
    return refused('TARGETING_KEY_MISSING', 'context.targetingKey: expected the id of the unit, got nothing');
  }
  if (typeof unit === 'string') return { ok: true, unit };
  return refused('INVALID_CONTEXT', `context.targetingKey: expected a text, got ${kindOf(unit)}`);
}

/** What came, without repeating it: a context may hold what should not be in a log. */
function kindOf(value: unknown): string {
  if (value === undefined) return 'no JSON';
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}

function refused(errorCode: EvaluationFailure['errorCode'], errorDetails: string): ReadUnit {
  return { ok: false, failure: { errorCode, errorDetails } };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
