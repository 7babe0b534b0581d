import type { ErrorCode as FlagErrorCode, JsonValue, Provider, ResolutionDetails } from '@openfeature/server-sdk';
import type { ErrorCode, Resolution } from '../resolution';
import type { Router } from '../router';

export interface OpenFeatureProviderOptions {
  /** Longest time that `setProviderAndWait` waits for the first assignments, ms; default 5000. */
  readyTimeoutMs?: number;
}

/**
 * A provider for `OpenFeature.setProvider` of `@openfeature/server-sdk`: a flag is a prompt, its value
 * `{ version }`, its variant the arm, the targeting key the unit; the same answers as the HTTP endpoint gives, without a
 * request. Nothing of the SDK is loaded: only its types are used.
 *
 * Whenever a version is known it is the value, also where the reason says that something is wrong (STALE, DISABLED,
 * ERROR); `flagMetadata.errorCode` then says what. Otherwise the caller's default is, with OpenFeature's error code.
 * Closing the provider leaves the router open: it is the app's.
 * @param router from `createRouter`
 */
export function openFeatureProvider(
  router: Pick<Router, 'resolve' | 'ready'>,
  options: OpenFeatureProviderOptions = {},
): Provider {
  const timeoutMs = options.readyTimeoutMs ?? 5000;
  const mismatch = async <Value>(key: string, value: Value): Promise<ResolutionDetails<Value>> =>
    failure(value, 'TYPE_MISMATCH', `prompt "${key}": expected an object to be asked for, got a ${typeof value}`);
  return {
    runsOn: 'server',
    metadata: { name: 'Rampart' },
    async initialize() {
      if (await router.ready({ timeoutMs })) return;
      throw new Error(
        `Rampart: expected assignments within ${timeoutMs} ms, got none; callers get their defaults until then`,
      );
    },
    resolveBooleanEvaluation: mismatch,
    resolveStringEvaluation: mismatch,
    resolveNumberEvaluation: mismatch,
    async resolveObjectEvaluation<Value extends JsonValue>(
      key: string,
      value: Value,
      context: { targetingKey?: string },
    ) {
      const unit = context.targetingKey ?? '';
      return details(router.resolve(key, { unit }), value);
    },
  };
}

function details<Value extends JsonValue>(resolution: Resolution, byDefault: Value): ResolutionDetails<Value> {
  const { prompt, version, arm, reason, errorCode } = resolution;
  if (version === null || errorCode === 'UNIT_MISSING') {
    const code = errorCode === null ? 'GENERAL' : FLAG_ERRORS[errorCode];
    return failure(byDefault, code, `prompt "${prompt}": ${errorCode ?? reason}`);
  }
  const value: { version: number } = { version };
  return {
    // The SDK hands an object flag on as whatever its caller expects.
    value: value as JsonValue as Value,
    reason,
    flagMetadata: metadataOf(resolution),
    ...(arm === null ? {} : { variant: arm }),
  };
}

/** What can be said without the SDK's own enumeration, whose members are these texts. */
type FlagError = `${FlagErrorCode}`;

const FLAG_ERRORS: Readonly<Record<ErrorCode, FlagError>> = {
  NOT_READY: 'PROVIDER_NOT_READY',
  SOURCE_UNAVAILABLE: 'GENERAL',
  DOCUMENT_INVALID: 'PARSE_ERROR',
  PROMPT_UNKNOWN: 'FLAG_NOT_FOUND',
  UNIT_MISSING: 'TARGETING_KEY_MISSING',
  VERSION_PENDING: 'GENERAL',
  VERSION_UNAVAILABLE: 'GENERAL',
  NO_VERSION: 'FLAG_NOT_FOUND',
};

function failure<Value>(value: Value, code: FlagError, errorMessage: string): ResolutionDetails<Value> {
  return { value, reason: 'ERROR', errorCode: code as FlagErrorCode, errorMessage };
}

function metadataOf({ rollout, step, percent, errorCode }: Resolution): Record<string, string | number> {
  const facts = { rollout, step, percent, errorCode };
  return Object.fromEntries(
    Object.entries(facts).filter((fact): fact is [string, string | number] => fact[1] !== null),
  );
}
