import type { ApiAnswer, ApiRequest } from './answer';
import { ok, PROJECT_ID } from './answer';
import { createDataset, createDatasetItem, getDataset } from './datasets-api';
import { ingestBatch } from './ingestion-api';
import { queryMetrics } from './metrics-api';
import { listObservations } from './observations-api';
import { ingestSpans } from './otlp-api';
import { createPrompt, deletePrompt, getPrompt, listPrompts, patchLabels } from './prompts-api';
import { createScore } from './score-create-api';
import { listScores } from './score-list-api';

/** What a path leads to. `handle` is absent when the path does not know the method. */
export interface Route {
  handle?: (request: ApiRequest) => ApiAnswer;
  /** Answers without a key. */
  open?: boolean;
  /** The refusal of a wrong key names the error. */
  namesError?: boolean;
  bucket?: 'publicApi' | 'metrics';
}

const HEALTH = { status: 'OK', version: '4.16.0' };
const PROJECT = {
  id: PROJECT_ID,
  name: 'Test Project',
  organization: { id: 'org-test', name: 'Test Org' },
  metadata: {},
};
const NO_CONFIGS = { data: [], meta: { page: 1, limit: 50, totalItems: 0, totalPages: 0 } };

const REMOVED_ROOTS = new Set(['scores', 'observations', 'traces', 'sessions', 'metrics']);

/** True for the endpoints of Langfuse 3 that a default Langfuse 4 no longer has. */
export function isRemoved(method: string, segments: readonly string[]): boolean {
  const [first, second, ...more] = segments;
  if (first === 'v2') return second === 'scores' && more.length <= 1;
  if (segments.length === 1 && first === 'scores' && method !== 'GET') return false;
  return REMOVED_ROOTS.has(first ?? '') && segments.length <= 2;
}

/** @returns null when there is no such path: an HTML page answers */
export function routeOf(method: string, segments: readonly string[]): Route | null {
  const [name = '', , version = ''] = segments.slice(2);
  const at = (handlers: Record<string, Route['handle']>, route: Omit<Route, 'handle'> = {}): Route => {
    const handle = handlers[method];
    return handle === undefined ? route : { ...route, handle };
  };
  switch (patternOf(segments)) {
    case 'health':
    case 'ready':
      return at({ GET: () => ok(HEALTH) }, { open: true });
    case 'projects':
      return at({ GET: () => ok({ data: [PROJECT] }) });
    case 'score-configs':
      return at({ GET: () => ok(NO_CONFIGS) });
    case 'v2/prompts':
      return at({ GET: listPrompts, POST: createPrompt }, { namesError: true });
    case 'v2/prompts/*':
      return at(
        { GET: (request) => getPrompt(request, name), DELETE: (request) => deletePrompt(request, name) },
        { namesError: true },
      );
    case 'v2/prompts/*/versions/*':
      return at({ PATCH: (request) => patchLabels(request, name, version) }, { bucket: 'publicApi' });
    case 'v3/scores':
      return at({ GET: listScores }, { bucket: 'publicApi' });
    case 'v2/observations':
      return at({ GET: listObservations }, { bucket: 'publicApi' });
    case 'v2/metrics':
      return at({ GET: queryMetrics }, { bucket: 'metrics' });
    case 'v2/datasets':
      return at({ POST: createDataset });
    case 'v2/datasets/*':
      return at({ GET: (request) => getDataset(request, name) });
    case 'dataset-items':
      return at({ POST: createDatasetItem });
    case 'scores':
      return at({ POST: createScore });
    case 'ingestion':
      return at({ POST: ingestBatch }, { namesError: true });
    case 'otel/v1/traces':
      return at({ POST: ingestSpans });
    default:
      return null;
  }
}

function patternOf(segments: readonly string[]): string {
  if (segments[0] === 'v2' && segments[1] === 'datasets' && segments.length === 3) return 'v2/datasets/*';
  if (segments[0] !== 'v2' || segments[1] !== 'prompts' || segments.length === 2) return segments.join('/');
  if (segments.length === 3) return 'v2/prompts/*';
  return segments.length === 5 && segments[3] === 'versions' ? 'v2/prompts/*/versions/*' : '';
}
