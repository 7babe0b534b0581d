import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { schemaText, withTables } from '../../../scripts/generate-schema';
import { checkBounds, parseBounds } from '../../../src/core/policy/bounds';
import { parsePolicy } from '../../../src/core/policy/parse-policy';
import { policyJsonSchema } from '../../../src/core/policy/policy-schema';
import { POLICY_KEYS } from '../../../src/core/policy/written-policy';
import { accepted, problemsOf, version } from './example-policy';

const docs = join(__dirname, '../../../docs');
const page = readFileSync(join(docs, 'policy.md'), 'utf8');
const examples = [...page.matchAll(/```yaml\n(.*?)```/gsu)].map((match) => match[1]!);

test('the JSON Schema is current (node --import tsx scripts/generate-schema.ts)', () => {
  expect(readFileSync(join(docs, 'policy.schema.json'), 'utf8')).toBe(schemaText());
});

test('the tables of the page are current (node --import tsx scripts/generate-schema.ts)', () => {
  expect(withTables(page)).toBe(page);
  for (const key of POLICY_KEYS) expect(page).toContain(`| \`${key}\` |`);
  expect(page).toContain('| `guardrails[].reference.rate` |');
  expect(page).toContain('| `maxFirstPercent` |');
});

test('a table that is out of date is replaced, an unknown one is refused', () => {
  const stale = page.replace('| `minUnits` | `30` |', '| `minUnits` | `31` |');
  expect(stale).not.toBe(page);
  expect(withTables(stale)).toBe(page);
  expect(() => withTables('<!-- generated: nothing -->\n<!-- end -->')).toThrow('got nothing');
});

test('every key has a meaning and a default in the schema, and unknown keys are refused at every depth', () => {
  const { properties = {}, ...schema } = policyJsonSchema();
  for (const key of POLICY_KEYS) {
    expect(properties[key]).toMatchObject({ description: expect.stringMatching(/\.$/u), default: expect.anything() });
  }
  expect(schema['additionalProperties']).toBe(false);
  expect(JSON.stringify(properties).match(/"type":"object"/gu)).toHaveLength(
    JSON.stringify(properties).match(/"additionalProperties":false/gu)!.length,
  );
});

test('the examples are accepted without a warning', () => {
  const [chat, classifier] = examples.map((text) => parse(text) as unknown);
  expect(examples).toHaveLength(3);
  for (const example of [chat, classifier]) {
    expect(accepted(parsePolicy([version(example)])).warnings).toEqual([]);
  }
});

test('the example of bounds accepts the first example but for its missing rigour', () => {
  const parsed = parseBounds(parse(examples[2]!));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const { policy } = accepted(parsePolicy([version(parse(examples[0]!))]));
  expect(checkBounds(policy, parsed.bounds).map(({ path }) => path)).toEqual(['minUnits']);
});

test('the messages on the page are the ones a person gets', () => {
  const problems = problemsOf(
    parse('{steps: [{percent: 5, bake: 24}], guardrails: [{metric: cost}, {metric: latency, margn: 1}]}'),
  );
  for (const problem of problems.slice(0, 2)) expect(page).toContain(problem);
});
