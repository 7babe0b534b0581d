import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { DEFAULT_CONFIG } from '../../../src/core/config/default-config';
import { writtenConfig } from '../../../src/core/config/written-config';

/** What the JSON Schema of the file says about one key. */
interface Schema {
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
}

/** One row per key, as docs/configuration.md has them. */
function rows(schema: Schema, defaults: unknown, prefix = ''): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, value]) => {
    const preset = (defaults as Record<string, unknown> | undefined)?.[key];
    if (value.properties !== undefined) return rows(value, preset, `${prefix}${key}.`);
    const required = prefix === '' || prefix === 'langfuse.' ? schema.required?.includes(key) : false;
    const shown =
      required === true
        ? '**required**'
        : preset === undefined
          ? ''
          : `\`${typeof preset === 'string' ? preset : JSON.stringify(preset)}\``;
    return [`| \`${prefix}${key}\` | ${shown} | ${value.description ?? ''} |`];
  });
}

test('docs/configuration.md says of every key what the code says', () => {
  const doc = readFileSync('docs/configuration.md', 'utf8').split('\n');
  const schema = z.toJSONSchema(writtenConfig, { unrepresentable: 'any' }) as Schema;
  const expected = rows(schema, DEFAULT_CONFIG);
  expect(expected.length).toBeGreaterThan(25);
  expect(doc.filter((line) => line.startsWith('| `'))).toEqual(expected);
});
