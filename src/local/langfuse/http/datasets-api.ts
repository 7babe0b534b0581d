import { z } from 'zod';
import type { StoredDataset } from '../datasets';
import { type ApiAnswer, type ApiRequest, isoOf, jsonBody, notFound, ok, PROJECT_ID, valid } from './answer';

const datasetSchema = z.object({
  name: z.string().min(1),
  description: z.string().nullish(),
  metadata: z.unknown().optional(),
});

const itemSchema = z.object({
  datasetName: z.string(),
  id: z.string().max(255).nullish(),
  input: z.unknown().optional(),
  expectedOutput: z.unknown().optional(),
  metadata: z.unknown().optional(),
});

/*
 * Datasets and their items. Their runs are not here: Langfuse 4 learns of them by the traces that come with them.
 */

/** `POST /v2/datasets`: made, or changed when it exists. */
export function createDataset(request: ApiRequest): ApiAnswer {
  const { name, description = null } = valid(datasetSchema, jsonBody(request));
  return ok(rendered(request.data.datasets.save(name, description), request));
}

/** `GET /v2/datasets/{name}`. */
export function getDataset(request: ApiRequest, name: string): ApiAnswer {
  const dataset = request.data.datasets.get(name);
  return dataset === null ? notFound('Dataset not found') : ok(rendered(dataset, request));
}

/** `POST /dataset-items`: an item of a known id is changed. */
export function createDatasetItem(request: ApiRequest): ApiAnswer {
  const {
    datasetName,
    id,
    input = null,
    expectedOutput = null,
    metadata = null,
  } = valid(itemSchema, jsonBody(request));
  const { datasets } = request.data;
  const dataset = datasets.get(datasetName);
  const item = dataset && datasets.saveItem(dataset, { id: id ?? null, input, expectedOutput, metadata });
  if (dataset === null || item === null) return notFound(`Dataset not found: ${datasetName}`);
  const now = isoOf(request.nowMs);
  const rest = { status: 'ACTIVE', sourceTraceId: null, sourceObservationId: null, createdAt: now, updatedAt: now };
  return ok({ ...item, ...rest, datasetId: dataset.id, datasetName });
}

function rendered({ id, name, description }: StoredDataset, { nowMs }: ApiRequest): unknown {
  const now = isoOf(nowMs);
  return { id, name, description, metadata: null, projectId: PROJECT_ID, createdAt: now, updatedAt: now };
}
