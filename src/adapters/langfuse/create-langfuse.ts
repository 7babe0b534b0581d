import type { Langfuse } from '../../core/ports';
import { createCall, type LangfuseOptions } from './call';
import { countByPrompt, countByVersion } from './metrics';
import { listObservations } from './observations';
import { moveLabel, promptsWithLabel, versionByLabel, versionByNumber, versionsWithLabel } from './prompts';
import { listScores } from './scores';
import { createTraceReader } from './traces';

/**
 * Langfuse over its public API, by the official SDK. Each request is sent once, within `timeoutMs`; waiting and trying
 * again are the caller's, by the request budget. Page limits above Langfuse's own (1000 observations, 100 scores) are
 * lowered to them.
 *
 * All methods reject with RampartErrors: `provider_auth`, `provider_rate_limited` and `provider_unavailable` (both with
 * `retryAfterMs` where the server says), `provider_bad_response`, `provider_not_supported` (the server lacks an
 * endpoint), `provider_not_found` (a label moved to a version that does not exist), `bad_input`; and with whatever
 * `onRequest` rejects with.
 * @throws RampartError `bad_input` when the base URL is not one
 */
export function createLangfuse(options: LangfuseOptions): Langfuse {
  const call = createCall(options);
  const traces = createTraceReader(call);
  return {
    promptsWithLabel: (label) => promptsWithLabel(call, label),
    versionByLabel: (prompt, label) => versionByLabel(call, prompt, label),
    versionsWithLabel: (prompt, label) => versionsWithLabel(call, prompt, label),
    version: (prompt, version) => versionByNumber(call, prompt, version),
    moveLabel: (prompt, version, label) => moveLabel(call, prompt, version, label),
    listObservations: (query) => listObservations(call, query),
    listScores: (query) => listScores(call, query),
    observationsOfTraces: (prompt, traceIds) => traces.observationsOf(prompt, traceIds),
    rootsOfTraces: (traceIds) => traces.rootsOf(traceIds),
    countByPrompt: (query) => countByPrompt(call, query),
    countByVersion: (query) => countByVersion(call, query),
  };
}
