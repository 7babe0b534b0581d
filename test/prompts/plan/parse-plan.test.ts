import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PromptDefinition } from '../../../src/prompts/definition';
import { describeFinding } from '../../../src/prompts/plan/describe-finding';
import { planPrompts } from '../../../src/prompts/plan/make-plan';
import { parsePlan } from '../../../src/prompts/plan/parse-plan';
import type { Finding, Plan } from '../../../src/prompts/plan/plan';
import { defined, OPTIONS } from '../project';
import { held } from './remote';

const FINDINGS: readonly Finding[] = [
  { kind: 'quarantined', version: 2 },
  { kind: 'type_changed', from: 'text', to: 'chat' },
  { kind: 'label_claimed_twice', label: 'a', by: null },
  { kind: 'label_held_twice', label: 'a', versions: [1, 2] },
  { kind: 'production_in_labels', instead: 'candidate' },
  { kind: 'latest_in_labels' },
  { kind: 'no_production', version: 1 },
  { kind: 'used', version: 1 },
  { kind: 'rollout_running', version: 1 },
  { kind: 'ramping_other', version: 1, label: 'candidate' },
  { kind: 'variant_in_production', variant: 'a', version: 1 },
  { kind: 'drift', version: 1, labels: [], isProduction: true },
  { kind: 'tags_wait', from: [], to: ['a'] },
];

function samplePlan(): Plan {
  const chat = { type: 'chat', messages: [{ role: 'user', content: 'hi' }, { placeholder: 'h' }] } as const;
  const definitions: PromptDefinition[][] = [
    [defined('a', 'new', { tags: ['x'], config: { n: [1, null] } }), defined('a', 'short', { variant: 'concise' })],
    [defined('b', 'old')],
    [defined('c', '', { body: chat })],
    [defined('d', 'live')],
  ];
  const live = { text: 'live', labels: ['production'] };
  const prompts = new Map([
    ['a', held('a', [live])],
    ['b', held('b', [{ text: 'old' }, live])],
    ['d', held('d', [{ ...live, isDeployed: false }])],
  ]);
  const byName = new Map(definitions.map((group) => [group[0]!.name, group]));
  return planPrompts(byName, { prompts, others: ['z'] }, null, OPTIONS, 'server');
}

test('a plan is the same after it was stored', () => {
  const plan = samplePlan();
  expect(plan.prompts.flatMap(({ actions }) => actions).map(({ kind }) => kind)).toEqual([
    'create_version',
    'create_version',
    'rewrite_tags',
    'move_label',
    'create_version',
  ]);
  expect(parsePlan(JSON.parse(JSON.stringify(plan)))).toEqual(plan);
});

test('every finding can be stored', () => {
  const plan = samplePlan();
  const [first, ...others] = plan.prompts;
  const stored = { ...plan, prompts: [{ ...first!, findings: FINDINGS }, ...others] };
  expect(parsePlan(JSON.parse(JSON.stringify(stored)))).toEqual(stored);
});

test.each<[string, (plan: Plan) => unknown]>([
  ['nothing', () => null],
  ['another schema', (plan) => ({ ...plan, schema: 2 })],
  ['a key that is not known', (plan) => ({ ...plan, force: true })],
  ['another state', (plan) => ({ ...plan, prompts: plan.prompts.map((each) => ({ ...each, fingerprint: 'x' })) })],
])('%s is no plan', (_, change) => {
  expect(() => parsePlan(change(samplePlan()))).toThrow(expect.objectContaining({ code: 'bad_input' }));
});

test('every finding has words, and commands name the prompt as a shell takes it', () => {
  for (const finding of FINDINGS) {
    const { text, command } = describeFinding(finding, "it's a prompt");
    expect(text).not.toBe('');
    if (command !== '') expect(command).toContain(String.raw`'it'\''s a prompt'`);
  }
  expect(describeFinding({ kind: 'used', version: 3 }, 'a/b').command).toBe('rampart start a/b 3');
});

test('the documentation names every finding, outcome and action', () => {
  const page = readFileSync(join(__dirname, '..', '..', '..', 'docs', 'deploying-prompts.md'), 'utf8');
  const row = (key: string): string => page.split('\n').find((line) => line.startsWith(`| \`${key}\``)) ?? '';
  const named = (key: string): string[] =>
    [...row(key).matchAll(/`([a-z_]+)`(?=,| or|;| \||$)/gu)].map((match) => match[1]!);
  expect(named('findings[].kind').toSorted()).toEqual(FINDINGS.map(({ kind }) => kind).toSorted());
  expect(named('outcome.kind').toSorted()).toEqual(['left', 'new_version', 'refused', 'relabel', 'unchanged']);
  for (const kind of ['create_version', 'rewrite_tags', 'move_label']) expect(row('actions[].kind')).toContain(kind);
});
