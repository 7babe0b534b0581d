/*
 * Writes docs/policy.schema.json and the tables of docs/policy.md from the shape of a written policy:
 * `node --import tsx scripts/generate-schema.ts`. A test fails when either is out of date.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseMetric } from '../src/core/metrics/metric';
import { DURATION_PATTERN } from '../src/core/policy/duration';
import { defaultMargin, fixedDirection, marginScale } from '../src/core/policy/metric-traits';
import { boundsJsonSchema, policyJsonSchema, type JsonSchema } from '../src/core/policy/policy-schema';

/** The text of docs/policy.schema.json. */
export function schemaText(): string {
  return `${JSON.stringify(policyJsonSchema(), null, 2)}\n`;
}

/** A page with the text between its `<!-- generated: NAME -->` and `<!-- end -->` marks replaced. */
export function withTables(page: string): string {
  return withGenerated(page, 'docs/policy.md', {
    'policy-keys': () => keyTable(policyJsonSchema(), 'Default'),
    'bounds-keys': () => keyTable(boundsJsonSchema(), 'Shipped'),
    metrics: metricTable,
  });
}

/** A page with its generated parts replaced. */
export function withGenerated(page: string, file: string, tables: Readonly<Record<string, () => string>>): string {
  return page.replaceAll(
    /(<!-- generated: (\S+) -->\n)[^]*?(<!-- end -->)/gu,
    (_, start: string, name: string, end: string) => {
      const render = tables[name];
      if (render === undefined)
        throw new Error(`${file}: expected one of ${Object.keys(tables).join(', ')}, got ${name}`);
      return `${start}\n${render()}\n\n${end}`;
    },
  );
}

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** A row for every key of a schema, nested ones too. */
export function keyTable(schema: JsonSchema, defaultHead: string): string {
  return table(['Key', defaultHead, 'Value', 'Meaning'], keyRows(schema, '', schema.default));
}

function keyRows(schema: JsonSchema, prefix: string, defaults: unknown): string[][] {
  const required = Array.isArray(schema['required']) ? (schema['required'] as unknown[]) : [];
  return Object.entries(schema.properties ?? {}).flatMap(([key, property]) => {
    const value = property.default ?? (isRecord(defaults) ? defaults[key] : undefined);
    const shown = required.includes(key) ? 'required' : value === undefined ? '-' : `\`${compact(value)}\``;
    const own = [`\`${prefix}${key}\``, shown, valueText(property), property.description ?? ''];
    const items = typeof property.items === 'object' ? keyRows(property.items, `${prefix}${key}[].`, undefined) : [];
    return [own, ...items, ...keyRows(property, `${prefix}${key}.`, value)];
  });
}

function valueText(schema: JsonSchema): string {
  if (Array.isArray(schema['enum'])) return schema['enum'].map((word) => `\`${String(word)}\``).join(', ');
  if (schema['prefixItems'] !== undefined) return '`[low, high]`';
  if (Array.isArray(schema['anyOf'])) return (schema['anyOf'] as JsonSchema[]).map(valueText).join(' or ');
  if (typeof schema['const'] === 'string') return `\`${schema['const']}\``;
  switch (schema['type']) {
    case 'array':
      return `list of ${schema.minItems ?? 0} to ${schema.maxItems ?? 'any'}${itemText(schema)}`;
    case 'object':
      return schema.properties === undefined ? tableText(schema) : 'object';
    case 'string':
      return schema['pattern'] === DURATION_PATTERN.source ? 'duration' : 'text';
    case 'number':
    case 'integer':
      return `${schema['type'] === 'integer' ? 'whole number' : 'number'} ${rangeText(schema)}`.trimEnd();
    default:
      return String(schema['type']);
  }
}

function tableText({ additionalProperties }: JsonSchema): string {
  const { type } = (additionalProperties ?? {}) as JsonSchema;
  return type === 'number' ? 'number per metric' : type === 'string' ? 'text by name' : 'object';
}

function itemText({ items }: JsonSchema): string {
  return typeof items !== 'object' || items.properties !== undefined ? '' : `, each ${valueText(items)}`;
}

function rangeText(schema: JsonSchema): string {
  const words: [string, string][] = [
    ['exclusiveMinimum', '>'],
    ['minimum', '≥'],
    ['exclusiveMaximum', '<'],
    ['maximum', '≤'],
  ];
  return words
    .filter(([keyword]) => schema[keyword] !== undefined)
    .map(([keyword, sign]) => `${sign} ${String(schema[keyword])}`)
    .join(', ');
}

/** A value on one line, as YAML accepts it. */
function compact(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(compact).join(', ')}]`;
  if (!isRecord(value)) return String(value);
  const entries = Object.entries(value).map(([key, item]) => `${key}: ${compact(item)}`);
  return `{${entries.join(', ')}}`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function metricTable(): string {
  const rows: [string, string, readonly [number, number] | null, string][] = [
    ['score:NAME', '`range: [0, 1]`', [0, 1], 'mean of a numeric score'],
    ['score:NAME', '`range: [1, 5]`', [1, 5], 'mean of a numeric score'],
    ['score:NAME', 'another `range`', [0, 10], 'mean of a numeric score'],
    ['score:NAME', 'no `range`', null, 'share of true of a boolean score'],
    ['score:NAME=a,b', '', null, 'share of the values a or b of a categorical score'],
    ['error_rate', '', null, 'share of generations whose level is ERROR'],
    ['latency', '', null, 'geometric mean of the response time; ceiling in ms'],
    ['latency.p90', '', null, "share of responses slower than stable's historical 90th percentile"],
    ['latency.p95', '', null, "share of responses slower than stable's historical 95th percentile"],
    ['latency.p99', '', null, "share of responses slower than stable's historical 99th percentile"],
    ['cost', '', null, 'geometric mean of the cost of a generation; ceiling in USD'],
    ['tokens', '', null, 'geometric mean of the tokens of a generation'],
    ['coverage:NAME', '', null, 'share of exposed units without score NAME after the settle time; never proves safety'],
  ];
  return table(
    ['Metric', 'With', 'Better', 'Default margin', 'What is measured'],
    rows.map(([id, condition, range, meaning]) => {
      const metric = parseMetric(id);
      if (metric === null) throw new Error(`${id} is not a metric`);
      const margin = defaultMargin(metric, range);
      const marginText = margin === null ? 'required' : `${margin} (${marginScale(metric, range)})`;
      return [`\`${id}\``, condition, fixedDirection(metric) ?? 'must be written', marginText, meaning];
    }),
  );
}

if (process.argv[1]?.endsWith('generate-schema.ts') === true) {
  const docs = join(__dirname, '..', 'docs');
  writeFileSync(join(docs, 'policy.schema.json'), schemaText());
  const page = join(docs, 'policy.md');
  writeFileSync(page, withTables(readFileSync(page, 'utf8')));
}
