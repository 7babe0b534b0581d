import * as z from 'zod';
import { DEFAULT_POLICY } from './default-policy';
import { SHIPPED_BOUNDS, writtenBounds } from './written-bounds';
import { writtenPolicy } from './written-policy';

/** A JSON Schema (draft 2020-12) as data. */
export interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema | false;
  readonly default?: unknown;
  readonly description?: string;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly [keyword: string]: unknown;
}

/** The JSON Schema of a written policy, for editors: descriptions, ranges and the default of every key. */
export function policyJsonSchema(): JsonSchema {
  return withDefaults('Rampart rollout policy', z.toJSONSchema(writtenPolicy) as JsonSchema, DEFAULT_POLICY);
}

/** The JSON Schema of written bounds; its defaults are those that a deployment in AWS has. */
export function boundsJsonSchema(): JsonSchema {
  return withDefaults('Rampart policy bounds', z.toJSONSchema(writtenBounds) as JsonSchema, SHIPPED_BOUNDS);
}

function withDefaults(title: string, schema: JsonSchema, defaults: Readonly<Record<string, unknown>>): JsonSchema {
  const properties = Object.entries(schema.properties ?? {}).map(([key, property]) => [
    key,
    key in defaults ? { ...property, default: defaults[key] } : property,
  ]);
  return { ...schema, title, properties: Object.fromEntries(properties) as Record<string, JsonSchema> };
}
