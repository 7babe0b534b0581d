import { tagOfUnit, UNIT_TAG } from '../core/assignment/unit-tag';
import type { Resolution } from './resolution';
import { isUnit } from './router-options';

/**
 * Metadata that tells Rampart which unit was drawn, for the generation: `metadata` of `@langfuse/tracing` 5 and of
 * `generation()` in `langfuse` 3. Units of 190 characters and more do not come through Langfuse. What `resolve` takes for
 * no unit is none here either, and left out.
 */
export function traceMetadata(unit: string, { rollout, arm }: Resolution): Record<string, string> {
  return {
    ...(isUnit(unit) ? { [UNIT_TAG]: tagOfUnit(unit) } : {}),
    ...(rollout === null ? {} : { 'rampart.rollout': rollout }),
    ...(arm === null ? {} : { 'rampart.arm': arm }),
  };
}

/** The same as attributes of an OpenTelemetry span: `span.setAttributes(traceAttributes(unit, resolution))`. */
export function traceAttributes(unit: string, resolution: Resolution): Record<string, string> {
  const metadata = Object.entries(traceMetadata(unit, resolution));
  return Object.fromEntries(metadata.map(([key, value]) => [`langfuse.observation.metadata.${key}`, value]));
}
