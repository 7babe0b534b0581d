import * as z from 'zod';
import type { JsonSchema } from '../core/policy/policy-schema';
import { DEFAULT_PASS_RATE } from './load/normalise-tests';
import { writtenAssertion, writtenDefinition, writtenModelConfig, writtenVariantFile } from './written-definition';

/** The JSON Schema of a prompt's front matter, for editors. */
export function promptJsonSchema(): JsonSchema {
  const { properties = {}, ...schema } = titled('Rampart prompt', writtenDefinition);
  const defaults: Record<string, unknown> = { type: 'text', testThreshold: DEFAULT_PASS_RATE };
  const withDefaults = Object.entries(properties).map(([key, property]) => [
    key,
    key in defaults ? { ...property, default: defaults[key] } : property,
  ]);
  return { ...schema, properties: Object.fromEntries(withDefaults) as Record<string, JsonSchema> };
}

/** Of a variant in a file of its own. */
export function variantJsonSchema(): JsonSchema {
  return titled('Rampart prompt variant', writtenVariantFile);
}

/** Of a file of `configs/`. */
export function modelConfigJsonSchema(): JsonSchema {
  return titled('Rampart model config', writtenModelConfig);
}

/** Of one assertion of a test case. */
export function assertionJsonSchema(): JsonSchema {
  return titled('Rampart assertion', writtenAssertion);
}

function titled(title: string, shape: z.ZodType): JsonSchema {
  return { ...(z.toJSONSchema(shape) as JsonSchema), title };
}
