import type { z } from 'zod';

import type { LangfuseData } from '../data';

/** The one project that is served. */
export const PROJECT_ID = 'proj-test';

/** A request as the endpoints see it. */
export interface ApiRequest {
  method: string;
  /** Path segments after `/api/public`, decoded. */
  segments: readonly string[];
  query: URLSearchParams;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: string;
  nowMs: number;
  publicKey: string;
  data: LangfuseData;
}

/** An answer: an object or list becomes JSON; a text is sent as it is; null = no body. */
export interface ApiAnswer {
  status: number;
  body: unknown;
  contentType?: string;
  headers?: Readonly<Record<string, string>>;
}

/** 200 with JSON. */
export function ok(body: unknown): ApiAnswer {
  return { status: 200, body };
}

/** 400 with the text in `message`. */
export function invalidRequest(message: string): ApiAnswer {
  return { status: 400, body: { message, error: 'InvalidRequestError' } };
}

/** 404 with the text in `message`. */
export function notFound(message: string): ApiAnswer {
  return { status: 404, body: { message, error: 'LangfuseNotFoundError' } };
}

/** 400 with the validator's issues, as the server shows them. */
export function invalidData(issues: readonly unknown[]): ApiAnswer {
  return { status: 400, body: { message: 'Invalid request data', error: issues } };
}

/** 405, the same for every endpoint. */
export const METHOD_NOT_ALLOWED: ApiAnswer = {
  status: 405,
  body: { message: 'Method not allowed', error: 'MethodNotAllowedError' },
};

/** 500 with what went wrong. */
export function internalError(error: string): ApiAnswer {
  return { status: 500, body: { message: 'Internal Server Error', error } };
}

/** Thrown inside an endpoint to answer at once. */
export class AnswerError extends Error {
  readonly answer: ApiAnswer;

  constructor(answer: ApiAnswer) {
    super(`answer ${answer.status}`);
    this.answer = answer;
  }
}

/** The JSON of the request's body. @throws AnswerError 400 when it is not JSON */
export function jsonBody(request: ApiRequest): unknown {
  try {
    return JSON.parse(request.body === '' ? '{}' : request.body);
  } catch {
    throw new AnswerError({ status: 400, body: 'Invalid JSON', contentType: 'text/plain; charset=utf-8' });
  }
}

/** The query as an object; a key that comes twice has a list. */
export function queryObject(query: URLSearchParams): Record<string, string | string[]> {
  const keys = [...new Set(query.keys())];
  return Object.fromEntries(
    keys.map((key) => {
      const values = query.getAll(key);
      return [key, values.length === 1 ? values[0]! : values];
    }),
  );
}

/** The value if it is valid. @throws AnswerError 400 with the issues */
export function valid<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new AnswerError(invalidData(parsed.error.issues));
  return parsed.data;
}

/** ISO text of a time. */
export function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}
