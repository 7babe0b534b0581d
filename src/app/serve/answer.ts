import { isRampartError } from '../../core/errors';
import { isUnchanged } from '../../core/ofrep/entity-tag';
import type { EvaluationFailure } from '../../core/ofrep/evaluation';
import { readUnit } from '../../core/ofrep/read-unit';
import { type Route, routeOf } from '../../core/ofrep/route';
import type { LogEvent } from '../controller';
import { refuseStranger } from './authenticate';
import type { Held } from './held-assignments';
import { type HttpAnswer, type HttpRequest, jsonAnswer, problemAnswer } from './http-message';
import { evaluateAll, evaluateOne, listDocuments } from './make-answers';

/** What answers are made from. */
export interface Serving {
  /** See `holdAssignments`. */
  held: () => Promise<Held>;
  /** Whether a key that was shown is one of the endpoint's; null = nobody has to show one. */
  isKey: ((key: string) => boolean) | null;
  /** SHA-256 of a text, hex. */
  sha256: (text: string) => string;
  log: (event: LogEvent) => void;
}

/**
 * Answers one request, whatever the transport: OFREP's two forms of evaluation, and the documents themselves for the
 * runtime library. Never rejects: what goes wrong is an answer, and a line of the log when the fault is ours.
 * @param request its body within `LARGEST_BODY_BYTES`
 */
export async function answer(serving: Serving, request: HttpRequest): Promise<HttpAnswer> {
  const route = routeOf(request.path);
  try {
    return refuseStranger(serving.isKey, request) ?? (await answerRoute(serving, request, route));
  } catch (error) {
    return failure(error, route, serving.log);
  }
}

async function answerRoute(serving: Serving, request: HttpRequest, route: Route): Promise<HttpAnswer> {
  const expected = route.kind === 'assignments' ? 'GET' : 'POST';
  if (route.kind === 'unknown') {
    return problemAnswer(404, 'path: expected /ofrep/v1/evaluate/flags, …/flags/PROMPT or /assignments, got another');
  }
  if (request.method !== expected) {
    return problemAnswer(405, `method: expected ${expected}, got ${request.method}`, { allow: expected });
  }
  const tagOf = (text: string): string => `"${serving.sha256(text).slice(0, 32)}"`;
  const ifNoneMatch = request.headers['if-none-match'];
  if (route.kind === 'assignments') return unlessHeld(listDocuments(await serving.held()), tagOf, ifNoneMatch);
  const read = readUnit(request.body);
  if (!read.ok) return jsonAnswer(400, { ...keyOf(route), ...read.failure });
  if (route.kind === 'prompt') return evaluateOne(await serving.held(), route.keys, read.unit);
  const ofUnit = (text: string): string => tagOf(`${read.unit}\u0000${text}`);
  return unlessHeld(evaluateAll(await serving.held(), read.unit), ofUnit, ifNoneMatch);
}

/** The answer with its tag, or 304 to one who holds it. */
function unlessHeld(full: HttpAnswer, tagOf: (text: string) => string, ifNoneMatch: string | undefined): HttpAnswer {
  const etag = tagOf(full.body);
  const { 'content-type': _, ...kept } = full.headers;
  if (isUnchanged(ifNoneMatch, etag)) return { status: 304, headers: { ...kept, etag }, body: '' };
  return { ...full, headers: { ...full.headers, etag } };
}

/** 503 with the time to wait when the store is away; anything else is a defect, whose details stay in the log. */
function failure(error: unknown, route: Route, log: Serving['log']): HttpAnswer {
  const answerWith = (status: number, errorDetails: string, headers: HttpAnswer['headers']): HttpAnswer =>
    jsonAnswer(status, { ...keyOf(route), errorCode: 'GENERAL', errorDetails } satisfies EvaluationFailure, headers);
  if (isRampartError(error, 'provider_unavailable')) {
    const retryAfter = String(Math.max(1, Math.ceil((error.retryAfterMs ?? 0) / 1000)));
    return answerWith(503, error.message, { 'retry-after': retryAfter });
  }
  log({ level: 'error', event: 'request_failed', problem: String(error) });
  return answerWith(500, 'the request could not be answered; the log says why', {});
}

/** Clients read a failure of one prompt only when it names the prompt. */
function keyOf(route: Route): { key?: string } {
  return route.kind === 'prompt' ? { key: route.keys[0] ?? '' } : {};
}
