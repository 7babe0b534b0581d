import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020';
import { parse } from 'yaml';
import { schemaFiles, withPromptTables } from '../../scripts/generate-prompt-schema';
import { EXAMPLE_FILES } from '../../src/prompts/init/example';
import { promptJsonSchema, variantJsonSchema } from '../../src/prompts/prompt-schema';
import { writtenDefinition } from '../../src/prompts/written-definition';

const root = join(__dirname, '..', '..');
const page = readFileSync(join(root, 'docs', 'prompts.md'), 'utf8');

test('the JSON Schemas are current (npm run generate:schema)', () => {
  for (const [file, text] of Object.entries(schemaFiles())) {
    expect([file, readFileSync(join(root, 'docs', file), 'utf8')]).toEqual([file, text]);
  }
});

test('the tables of the page are current (npm run generate:schema), and have every key', () => {
  expect(withPromptTables(page)).toBe(page);
  for (const key of Object.keys(writtenDefinition.shape)) expect(page).toContain(`| \`${key}\` |`);
});

test('editors accept the examples by the schemas, and no unknown key', () => {
  const accepts = new Ajv2020({ strict: false, validateFormats: false }).compile(promptJsonSchema());
  const acceptsVariant = new Ajv2020({ strict: false, validateFormats: false }).compile(variantJsonSchema());
  const front = (text: string): unknown => parse(/^---\n([^]*?)\n---/u.exec(text)![1]!);
  const example = (file: string): unknown => front(readFileSync(join(root, 'prompts', file), 'utf8'));
  for (const written of [example('assistant.md'), front(EXAMPLE_FILES['greeting.md']!)]) {
    expect([accepts(written), accepts.errors]).toEqual([true, null]);
  }
  expect([acceptsVariant(example('variants/creative.md')), acceptsVariant.errors]).toEqual([true, null]);
  expect(accepts({ name: 'a', version: '1.0.0', lables: [] })).toBe(false);
});
