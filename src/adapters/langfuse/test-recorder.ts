import { LANGFUSE_SDK_EXPERIMENT_ENVIRONMENT } from '@langfuse/core';
import { RampartError } from '../../core/errors';
import type { RecordedSample, RunPlace, TestRecorder } from '../../core/test-recorder';
import { createCall, type LangfuseOptions } from './call';
import { isRecord } from './json';
import { statusOf } from './translate-error';

/** Apart from what users do, as the SDK has it: no rollout judges rows of this environment. */
const ENVIRONMENT = LANGFUSE_SDK_EXPERIMENT_ENVIRONMENT;

const SCORE = 'passed';

/**
 * Keeps test runs in Langfuse as dataset runs, by the official SDK. Each request is sent once, within `timeoutMs`.
 * @throws RampartError `bad_input` when the base URL is not one
 */
export function createTestRecorder(options: LangfuseOptions): TestRecorder {
  const call = createCall(options);
  return {
    async saveDataset(name, description) {
      const body = await call('read', 'datasets', (client, request) =>
        client.datasets.create({ name, description }, request),
      );
      return idIn(body, 'id', 'dataset');
    },
    async saveCase(datasetName, { id, input, expected, metadata }) {
      const item = { datasetName, id, input, expectedOutput: expected, metadata };
      await call('read', 'datasets', (client, request) => client.datasetItems.create(item, request));
    },
    async saveTraces(samples) {
      const spans = samples.map(spanOf);
      const resource = { attributes: [text('service.name', 'rampart')] };
      const body = { resourceSpans: [{ resource, scopeSpans: [{ scope: { name: 'rampart' }, spans }] }] };
      await call('read', 'traces', (client, request) =>
        client.opentelemetry.exportTraces(body, { ...request, headers: { 'x-langfuse-ingestion-version': '4' } }),
      );
    },
    async addToRun(runName, { caseId, traceId }) {
      const item = { runName, datasetItemId: caseId, traceId, observationId: spanIdOf(traceId) };
      try {
        const body = await call('read', 'datasets', (client, request) => client.datasetRunItems.create(item, request));
        return idIn(body, 'datasetRunId', 'dataset run item');
      } catch (error) {
        if (statusOf(error) === 404) return null;
        throw error;
      }
    },
    async saveScore({ traceId, passed, comment }) {
      const score = {
        id: `${traceId}-${SCORE}`,
        traceId,
        name: SCORE,
        value: passed ? 1 : 0,
        dataType: 'BOOLEAN' as const,
        environment: ENVIRONMENT,
        ...(comment === '' ? {} : { comment }),
      };
      await call('read', 'scores', (client, request) => client.scores.create(score, request));
    },
  };
}

function spanOf(sample: RecordedSample & RunPlace): object {
  const { traceId, name, input, output, startMs, endMs, model, promptTokens, completionTokens } = sample;
  const usage = {
    ...(promptTokens === null ? {} : { input: promptTokens }),
    ...(completionTokens === null ? {} : { output: completionTokens }),
  };
  return {
    traceId,
    spanId: spanIdOf(traceId),
    name,
    kind: 1,
    startTimeUnixNano: nanos(startMs),
    endTimeUnixNano: nanos(endMs),
    attributes: [
      text('langfuse.trace.name', name),
      text('langfuse.environment', ENVIRONMENT),
      text('langfuse.observation.type', 'generation'),
      text('langfuse.observation.input', JSON.stringify(input)),
      ...(output === null
        ? [text('langfuse.observation.level', 'ERROR')]
        : [text('langfuse.observation.output', output)]),
      ...(model === null ? [] : [text('langfuse.observation.model.name', model)]),
      text('langfuse.observation.usage_details', JSON.stringify(usage)),
      text('langfuse.experiment.id', sample.runId),
      text('langfuse.experiment.name', sample.run),
      text('langfuse.experiment.dataset.id', sample.datasetId),
      text('langfuse.experiment.item.id', sample.caseId),
      text('langfuse.experiment.item.root_observation_id', spanIdOf(traceId)),
    ],
    status: {},
  };
}

/** The one span of a trace. */
function spanIdOf(traceId: string): string {
  return traceId.slice(0, 16);
}

function idIn(body: unknown, key: string, what: string): string {
  const id = isRecord(body) ? body[key] : undefined;
  if (typeof id === 'string') return id;
  throw new RampartError('provider_bad_response', `Langfuse's ${what}: expected ${key} to be text, got ${typeof id}`);
}

function nanos(ms: number): string {
  return String(BigInt(Math.round(ms)) * 1_000_000n);
}

function text(key: string, stringValue: string): { key: string; value: { stringValue: string } } {
  return { key, value: { stringValue } };
}
