import * as z from 'zod';
import { DEFAULT_POLICY } from './default-policy';
import { POLICY_KEYS, writtenPolicy } from './written-policy';

/** A JSON Schema (draft 2020-12) as data. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** The JSON Schema of a written policy, for editors: descriptions, ranges and the default of every key. */
export function policyJsonSchema(): JsonSchema {
  const schema = z.toJSONSchema(writtenPolicy) as { properties: Record<string, JsonSchema> };
  const properties = POLICY_KEYS.map((key) => [key, { ...schema.properties[key], default: DEFAULT_POLICY[key] }]);
  return { ...schema, title: 'Rampart rollout policy', properties: Object.fromEntries(properties) };
}
