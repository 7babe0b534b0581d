import { type ErrorCode, RampartError } from '../../core/errors';

/*
 * The edge to the AWS SDK: its exceptions become errors of the catalogue here and go no further. The adapters add no
 * retries to those of the SDK (three attempts).
 */

interface SdkError {
  name?: string;
  message?: string;
  code?: string;
  $fault?: 'client' | 'server';
  $retryable?: object;
  $metadata?: { httpStatusCode?: number };
}

const AUTH =
  /AccessDenied|UnrecognizedClient|InvalidClientToken|ExpiredToken|SignatureDoesNotMatch|CredentialsProvider/u;
const BUSY = /Throttl|TooManyRequests|RequestLimitExceeded|ThroughputExceeded|SlowDown|Timeout|Unavailable|Networking/u;
/** Looked for in the message too: the SDK wraps some errors of the system and drops their code. */
const CONNECTION = /\b(ECONN\w+|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|socket hang up)\b/u;

/** True when the SDK threw the exception of one of these names. */
export function isNamed(error: unknown, ...names: string[]): boolean {
  return names.includes((error as SdkError | null)?.name ?? '');
}

/**
 * The catalogue's error for what the SDK threw; an error of the catalogue stays as it is.
 * @param what what was tried, in words: `read the item of prompt "x"`
 */
export function fromSdk(what: string, error: unknown): RampartError {
  if (error instanceof RampartError) return error;
  const thrown = (error ?? {}) as SdkError;
  const came = `${thrown.name ?? 'Error'}: ${thrown.message ?? String(error)}`;
  return new RampartError(codeOf(thrown), `${what}: expected an answer from AWS, got ${came}`, { cause: error });
}

/** Awaits a call of the SDK and translates what it throws. */
export async function calling<Result>(what: string, call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    throw fromSdk(what, error);
  }
}

function codeOf(error: SdkError): ErrorCode {
  const status = error.$metadata?.httpStatusCode ?? 0;
  const name = error.name ?? '';
  if (AUTH.test(name) || status === 401 || status === 403) return 'provider_auth';
  if (BUSY.test(name) || error.$retryable !== undefined) return 'provider_unavailable';
  if (CONNECTION.test(`${error.code} ${error.message}`)) return 'provider_unavailable';
  if (status === 429 || status === 409 || status >= 500 || error.$fault === 'server') return 'provider_unavailable';
  if (status === 404 || /NotFound|NoSuch/u.test(name)) return 'provider_not_found';
  return status >= 400 ? 'bad_input' : 'provider_bad_response';
}
