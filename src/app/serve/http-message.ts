import type { EvaluationErrorCode } from '../../core/ofrep/evaluation';

/** A request as every transport hands it on. */
export interface HttpRequest {
  method: string;
  /** As it came, without the query. */
  path: string;
  /** Names in lower case. */
  headers: Readonly<Record<string, string | undefined>>;
  body: string;
}

/** What is answered. */
export interface HttpAnswer {
  status: number;
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>;
  /** '' = none. */
  body: string;
}

/** Most bytes of a request's body that are looked at; a context is a few hundred. */
export const LARGEST_BODY_BYTES = 64 * 1024;

/** An answer in JSON that nobody keeps. */
export function jsonAnswer(status: number, value: unknown, headers: HttpAnswer['headers'] = {}): HttpAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
    body: JSON.stringify(value),
  };
}

/** A refusal or a failure, in the form that OpenFeature's clients read. */
export function problemAnswer(status: number, errorDetails: string, headers: HttpAnswer['headers'] = {}): HttpAnswer {
  const errorCode: EvaluationErrorCode = 'GENERAL';
  return jsonAnswer(status, { errorCode, errorDetails }, headers);
}

/** The answer to a body above {@link LARGEST_BODY_BYTES}; a transport that stops reading there gives it too. */
export function tooLarge(): HttpAnswer {
  return problemAnswer(413, `body: expected at most ${LARGEST_BODY_BYTES} bytes, got more`);
}
