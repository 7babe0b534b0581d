/*
 * Writes docs/prompt.schema.json, docs/prompt-variant.schema.json, docs/model-config.schema.json and the tables of
 * docs/prompts.md from the shapes of written prompts: `node --import tsx scripts/generate-prompt-schema.ts`. A test fails
 * when one is out of date.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonSchema } from '../src/core/policy/policy-schema';
import {
  assertionJsonSchema,
  modelConfigJsonSchema,
  promptJsonSchema,
  variantJsonSchema,
} from '../src/prompts/prompt-schema';
import { keyTable, withGenerated } from './generate-schema';

/** The texts of the schemas by their file in docs/. */
export function schemaFiles(): Record<string, string> {
  const text = (schema: JsonSchema): string => `${JSON.stringify(schema, null, 2)}\n`;
  return {
    'prompt.schema.json': text(promptJsonSchema()),
    'prompt-variant.schema.json': text(variantJsonSchema()),
    'model-config.schema.json': text(modelConfigJsonSchema()),
  };
}

/** docs/prompts.md with its tables replaced. */
export function withPromptTables(page: string): string {
  return withGenerated(page, 'docs/prompts.md', {
    'prompt-keys': () => keyTable(shallow(promptJsonSchema(), ['tests', 'variants']), 'Default'),
    'variant-keys': () => keyTable(shallow(variantJsonSchema(), ['tests', 'messages']), 'Default'),
    'config-keys': () => keyTable(modelConfigJsonSchema(), 'Default'),
    'test-keys': () => keyTable(shallow(testSchema(), ['assert']), 'Default'),
    'assertion-keys': () => keyTable(assertionJsonSchema(), 'Default'),
  });
}

function testSchema(): JsonSchema {
  return promptJsonSchema().properties!['tests']!.items as JsonSchema;
}

/** Without what is below these keys: it has a table of its own. */
function shallow(schema: JsonSchema, keys: readonly string[]): JsonSchema {
  const properties = Object.entries(schema.properties ?? {}).map(([key, property]) => {
    if (!keys.includes(key)) return [key, property];
    const { items, additionalProperties, properties: below, ...rest } = property;
    void [items, additionalProperties, below];
    return [key, rest];
  });
  return { ...schema, properties: Object.fromEntries(properties) as Record<string, JsonSchema> };
}

if (process.argv[1]?.endsWith('generate-prompt-schema.ts') === true) {
  const docs = join(__dirname, '..', 'docs');
  for (const [file, text] of Object.entries(schemaFiles())) writeFileSync(join(docs, file), text);
  const page = join(docs, 'prompts.md');
  writeFileSync(page, withPromptTables(readFileSync(page, 'utf8')));
}
