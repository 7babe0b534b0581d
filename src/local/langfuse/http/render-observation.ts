import { firstTokenSeconds, latencySeconds } from '../columns';
import { modelOf } from '../models';
import type { PromptStore } from '../prompts';
import type { StoredObservation } from '../rows';
import { isoOf, PROJECT_ID } from './answer';

/** Metadata texts are cut after this many characters, unless their key is asked for in full. */
const METADATA_LENGTH = 200;

/** Field groups (`core` always) and the metadata keys that are shown in full. */
export interface Shown {
  groups: ReadonlySet<string>;
  expand: ReadonlySet<string>;
}

/** An observation as v2 lists it: missing texts are `''`, latency is in seconds, prices are texts. */
export function renderObservation(
  row: StoredObservation,
  prompts: PromptStore,
  { groups, expand }: Shown,
): Record<string, unknown> {
  const model = groups.has('model') ? modelOf(row.model) : null;
  return {
    id: row.id,
    traceId: row.traceId,
    startTime: isoOf(row.startMs),
    endTime: timeOf(row.endMs),
    projectId: PROJECT_ID,
    parentObservationId: row.parentObservationId,
    type: row.type,
    ...(groups.has('basic') && basic(row)),
    ...(groups.has('time') && time(row)),
    ...(groups.has('io') && { input: row.input, output: row.output }),
    ...(groups.has('metadata') && { metadata: metadata(row, expand) }),
    ...(groups.has('model') && {
      model: row.model ?? '',
      internalModelId: model?.id ?? '',
      modelParameters: row.modelParameters,
    }),
    ...(groups.has('usage') && usage(row)),
    ...(groups.has('prompt') && prompt(row, prompts)),
    latency: latencySeconds(row),
    timeToFirstToken: groups.has('metrics') ? firstTokenSeconds(row) : null,
    ...(groups.has('trace_context') && { traceName: row.traceName, release: row.release ?? '', tags: row.tags }),
    modelId: model?.id ?? null,
    inputPrice: model === null ? null : String(model.inputPrice),
    outputPrice: model === null ? null : String(model.outputPrice),
    totalPrice: null,
  };
}

function basic(row: StoredObservation): Record<string, unknown> {
  return {
    name: row.name,
    level: row.level,
    statusMessage: row.statusMessage ?? '',
    version: row.version ?? '',
    environment: row.environment,
    userId: row.userId ?? '',
    sessionId: row.sessionId ?? '',
    isRootObservation: row.parentObservationId === null,
    bookmarked: false,
    public: false,
  };
}

function time(row: StoredObservation): Record<string, unknown> {
  const createdAt = isoOf(row.createdMs);
  return { completionStartTime: timeOf(row.completionStartMs), createdAt, updatedAt: createdAt };
}

function metadata(row: StoredObservation, expand: ReadonlySet<string>): Record<string, unknown> {
  const entries = Object.entries(row.metadata).map(([key, value]) => {
    const cut = typeof value === 'string' && !expand.has(key);
    return [key, cut ? value.slice(0, METADATA_LENGTH) : value];
  });
  return Object.fromEntries(entries);
}

function usage(row: StoredObservation): Record<string, unknown> {
  const model = modelOf(row.model);
  return {
    usageDetails: row.usage,
    inputUsage: row.usage.input ?? 0,
    outputUsage: row.usage.output ?? 0,
    totalUsage: row.usage.total ?? 0,
    costDetails: row.cost,
    inputCost: row.cost.input ?? null,
    outputCost: row.cost.output ?? null,
    totalCost: row.cost.total ?? 0,
    usagePricingTierId: model === null ? null : `${model.id}_tier_default`,
    usagePricingTierName: model === null ? null : 'Standard',
  };
}

function prompt(row: StoredObservation, prompts: PromptStore): Record<string, unknown> {
  const { promptName, promptVersion } = row;
  const linked = promptName !== null && promptVersion !== null ? prompts.byVersion(promptName, promptVersion) : null;
  return { promptId: linked?.id ?? '', promptName: promptName ?? '', promptVersion };
}

function timeOf(ms: number | null): string | null {
  return ms === null ? null : isoOf(ms);
}
