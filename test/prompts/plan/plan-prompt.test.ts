import type { PromptDefinition } from '../../../src/prompts/definition';
import type { PromptPlan } from '../../../src/prompts/plan/plan';
import type { GuardFacts, PlanOptions } from '../../../src/prompts/plan/draft';
import { planPrompt } from '../../../src/prompts/plan/plan-prompt';
import { defined, OPTIONS } from '../project';
import { held, type Held } from './remote';

const NAME = 'answer';

interface Case {
  definitions?: readonly PromptDefinition[];
  versions: readonly Held[];
  tags?: string[];
  guard?: Partial<GuardFacts>;
  options?: Partial<PlanOptions>;
}

function planned({ definitions = [defined(NAME, 'new')], versions, tags = [], guard, options }: Case): PromptPlan {
  const remote = versions.length === 0 ? null : held(NAME, versions, { tags });
  const guarded = guard === undefined ? null : { quarantined: [], used: [], running: null, ...guard };
  return planPrompt(definitions, remote, guarded, { ...OPTIONS, ...options });
}

const LIVE: Held = { text: 'live', labels: ['production', 'latest'] };

function kinds(plan: PromptPlan): string[] {
  return [...plan.findings, ...plan.definitions.flatMap(({ findings }) => findings)].map(({ kind }) => kind);
}

describe('a base', () => {
  test('equal to production: nothing to do', () => {
    const plan = planned({ definitions: [defined(NAME, 'live')], versions: [LIVE] });
    expect(plan.definitions[0]?.outcome).toEqual({ kind: 'unchanged', version: 1 });
    expect([plan.actions, kinds(plan)]).toEqual([[], []]);
  });

  test('unknown content: a new version labelled candidate, taken from its holder', () => {
    const plan = planned({ versions: [LIVE, { text: 'other', labels: ['candidate'] }] });
    expect(plan.definitions[0]?.outcome).toMatchObject({ kind: 'new_version', version: 3, against: 1 });
    expect(plan.actions).toMatchObject([
      {
        id: `answer#${plan.fingerprint}#0`,
        kind: 'create_version',
        labels: [{ label: 'candidate', from: 2 }],
        tags: null,
        commitMessage: expect.stringMatching(/^v1\.0\.0 Shorter answers \[git a{40}\] \[sha256 [0-9a-f]{64}\]$/u),
      },
    ]);
  });

  test.each([
    ['text', 'live', { temperature: 1 }],
    ['config', 'live ', {}],
  ])('another %s is another content', (_, text, config) => {
    const plan = planned({ definitions: [defined(NAME, text, { config })], versions: [LIVE] });
    expect(plan.actions).toMatchObject([{ kind: 'create_version' }]);
  });

  test('equal to another version: that one is relabelled, not copied', () => {
    const plan = planned({ versions: [{ text: 'new' }, LIVE] });
    expect(plan.definitions[0]?.outcome).toEqual({ kind: 'relabel', version: 1 });
    expect(plan.actions).toMatchObject([{ kind: 'move_label', version: 1, label: 'candidate', from: null }]);
  });

  test('equal to the candidate: nothing to do', () => {
    const plan = planned({ versions: [LIVE, { text: 'new', labels: ['candidate'] }, { text: 'new' }] });
    expect(plan.definitions[0]?.outcome).toEqual({ kind: 'unchanged', version: 2 });
    expect(plan.actions).toEqual([]);
  });

  test('equal to a rolled-back version: refused until it is released', () => {
    const versions = [LIVE, { text: 'new' }];
    const plan = planned({ versions, guard: { quarantined: [[2, 2]], used: [[2, 2]] } });
    expect(plan.definitions[0]).toMatchObject({
      outcome: { kind: 'refused' },
      findings: [{ kind: 'quarantined', version: 2 }],
    });
    expect(plan.actions).toEqual([]);
    expect(planned({ versions, guard: {} }).actions).toHaveLength(1);
  });

  test('a copy of a rolled-back version is refused as well', () => {
    const plan = planned({ versions: [LIVE, { text: 'new' }, { text: 'new' }], guard: { quarantined: [[2, 2]] } });
    expect(plan.definitions[0]?.outcome).toEqual({ kind: 'refused' });
  });

  test('a version that had a rollout: said, with how it starts again; not while it runs', () => {
    const versions = [LIVE, { text: 'new', labels: ['candidate'] }];
    expect(kinds(planned({ versions, guard: { used: [[2, 2]] } }))).toEqual(['used']);
    expect(kinds(planned({ versions, guard: { used: [[2, 2]], running: 2 } }))).toEqual([]);
  });

  test('a rollout that is running and would be ended is said', () => {
    const versions = [LIVE, { text: 'other', labels: ['candidate'] }];
    const plan = planned({ versions, guard: { used: [[2, 2]], running: 2 } });
    expect(plan.definitions[0]?.findings).toEqual([{ kind: 'rollout_running', version: 2 }]);
    expect(kinds(planned({ versions, guard: { running: null } }))).toEqual([]);
  });

  test('production in the labels is read as "ramp it there"', () => {
    const plan = planned({
      definitions: [defined(NAME, 'new', { labels: ['production', 'latest', 'staging'] })],
      versions: [LIVE],
    });
    expect(plan.actions).toMatchObject([
      {
        labels: [
          { label: 'candidate', from: null },
          { label: 'staging', from: null },
        ],
      },
    ]);
    expect(kinds(plan)).toEqual(['production_in_labels', 'latest_in_labels']);
  });

  test('--label takes the place of candidate', () => {
    expect(planned({ versions: [LIVE], options: { label: 'staging' } }).actions).toMatchObject([
      { labels: [{ label: 'staging', from: null }] },
    ]);
  });

  test('its own labels are moved to production when that says the same; candidate never is', () => {
    const definitions = [defined(NAME, 'live', { labels: ['staging', 'candidate'] })];
    const plan = planned({ definitions, versions: [{ text: 'old', labels: ['staging'] }, LIVE] });
    expect(plan.actions).toMatchObject([{ kind: 'move_label', version: 2, label: 'staging', from: 1 }]);
  });

  test('new to Langfuse: the command for its first production is named', () => {
    const plan = planned({ definitions: [defined(NAME, 'new', { tags: ['a'] })], versions: [] });
    expect(plan.seen).toBeNull();
    expect(plan.definitions[0]).toMatchObject({
      outcome: { kind: 'new_version', version: 1, against: null },
      findings: [{ kind: 'no_production', version: 1 }],
    });
    expect(plan.actions).toMatchObject([{ kind: 'create_version', tags: ['a'], labels: [{ label: 'candidate' }] }]);
  });

  test('there, but without production: the command is named with the right version', () => {
    expect(planned({ versions: [{ text: 'x' }] }).definitions[0]?.findings).toEqual([
      { kind: 'no_production', version: 2 },
    ]);
    expect(planned({ versions: [{ text: 'new', labels: ['candidate'] }] }).definitions[0]?.findings).toEqual([
      { kind: 'no_production', version: 1 },
    ]);
  });

  test('a type does not change under one name', () => {
    const body = { type: 'chat', messages: [{ role: 'user', content: 'live' }] } as const;
    const plan = planned({ definitions: [defined(NAME, '', { body })], versions: [LIVE] });
    expect(plan.definitions[0]).toMatchObject({
      outcome: { kind: 'refused' },
      findings: [{ kind: 'type_changed', from: 'text', to: 'chat' }],
    });
  });

  test('back to what production says, while another version is the candidate: said', () => {
    const plan = planned({
      definitions: [defined(NAME, 'live')],
      versions: [LIVE, { text: 'new', labels: ['candidate'] }],
    });
    expect(plan.actions).toEqual([]);
    expect(plan.definitions[0]?.findings).toEqual([{ kind: 'ramping_other', version: 2, label: 'candidate' }]);
  });

  test('two holders of a label are reported, and nothing is done', () => {
    const plan = planned({ versions: [LIVE, { text: 'x', labels: ['production'] }] });
    expect(plan.findings).toEqual([{ kind: 'label_held_twice', label: 'production', versions: [1, 2] }]);
    expect([plan.definitions[0]?.outcome, plan.actions]).toEqual([{ kind: 'refused' }, []]);
  });
});

describe('a variant', () => {
  const base = defined(NAME, 'live');
  const concise = defined(NAME, 'short', { variant: 'concise' });

  test('is a version of its base with its name as label, and no candidate', () => {
    const plan = planned({ definitions: [base, concise], versions: [LIVE] });
    expect(plan.actions).toMatchObject([{ variant: 'concise', labels: [{ label: 'concise', from: null }] }]);
    expect(plan.definitions[1]?.outcome).toMatchObject({ kind: 'new_version', version: 2, against: 'base' });
  });

  test('unchanged where its label is on what it says', () => {
    const versions = [LIVE, { text: 'short', labels: ['concise'] }];
    expect(planned({ definitions: [base, concise], versions }).actions).toEqual([]);
  });

  test('is ramped when it asks, and its base then gives way', () => {
    const asking = { ...concise, labels: ['production'] };
    const plan = planned({ definitions: [base, asking], versions: [LIVE] });
    expect(plan.actions).toMatchObject([{ labels: [{ label: 'concise' }, { label: 'candidate' }] }]);
    const both = planned({ definitions: [defined(NAME, 'new', { labels: ['candidate'] }), asking], versions: [LIVE] });
    expect(both.definitions.map(({ outcome }) => outcome.kind)).toEqual(['new_version', 'refused']);
    expect(both.definitions[1]?.findings).toContainEqual({ kind: 'label_claimed_twice', label: 'candidate', by: null });
  });

  test('that was rolled back stays where it is, and is refused when it asks to be ramped', () => {
    const versions = [LIVE, { text: 'short', labels: ['concise'] }];
    const guard = { quarantined: [[2, 2]] as const };
    expect(planned({ definitions: [base, concise], versions, guard }).definitions[1]?.outcome.kind).toBe('unchanged');
    const asking = planned({ definitions: [base, { ...concise, labels: ['candidate'] }], versions, guard });
    expect([asking.definitions[1]?.outcome.kind, asking.actions]).toEqual(['refused', []]);
  });

  test('that says what production says is not ramped, whatever it asks for', () => {
    const asking = defined(NAME, 'live', { variant: 'concise', labels: ['candidate'] });
    const plan = planned({ definitions: [defined(NAME, 'live'), asking], versions: [LIVE] });
    expect(plan.actions).toMatchObject([{ kind: 'move_label', version: 1, label: 'concise' }]);
  });

  test('that was promoted is not ramped back to the base', () => {
    const versions = [{ text: 'live' }, { text: 'short', labels: ['concise', 'production'] }];
    const plan = planned({ definitions: [base, concise], versions });
    expect(plan.actions).toEqual([]);
    expect(plan.definitions[0]).toMatchObject({
      outcome: { kind: 'left', version: 2 },
      findings: [{ kind: 'variant_in_production', variant: 'concise', version: 2 }],
    });
  });

  test('that says what its base says is the same version', () => {
    const plan = planned({
      definitions: [defined(NAME, 'new'), defined(NAME, 'new', { variant: 'copy' })],
      versions: [LIVE],
    });
    expect(plan.actions).toMatchObject([{ labels: [{ label: 'candidate' }, { label: 'copy' }] }]);
    expect(plan.actions).toHaveLength(1);
  });

  test('two that claim one label: the second is refused', () => {
    const definitions = [base, { ...concise, labels: ['x'] }, { ...concise, variant: 'other', labels: ['x'] }];
    const plan = planned({ definitions, versions: [LIVE] });
    expect(plan.definitions[2]?.findings).toEqual([{ kind: 'label_claimed_twice', label: 'x', by: 'concise' }]);
    expect(plan.actions).toHaveLength(1);
  });
});

describe('tags', () => {
  test('belong to the name: rewriting them is an action of its own, sent with the new version', () => {
    const plan = planned({ definitions: [defined(NAME, 'new', { tags: ['b', 'a'] })], versions: [LIVE], tags: ['c'] });
    expect(plan.actions).toMatchObject([
      { kind: 'create_version', tags: ['a', 'b'] },
      { kind: 'rewrite_tags', from: ['c'], to: ['a', 'b'] },
    ]);
  });

  test('wait for a new version when there is none to be made', () => {
    const plan = planned({ definitions: [defined(NAME, 'live', { tags: ['a'] })], versions: [LIVE], tags: ['c'] });
    expect([plan.actions, plan.findings]).toEqual([[], [{ kind: 'tags_wait', from: ['c'], to: ['a'] }]]);
  });

  test('in another order are the same', () => {
    expect(
      planned({ definitions: [defined(NAME, 'live', { tags: ['a', 'b'] })], versions: [LIVE], tags: ['b', 'a'] })
        .findings,
    ).toEqual([]);
  });
});

describe('drift', () => {
  const edited: Held = { text: 'edited', labels: ['production'], isDeployed: false };

  test('production that was made outside of git, and newer versions, are said', () => {
    const plan = planned({
      versions: [{ text: 'old', isDeployed: false }, edited, { text: 'x', labels: ['test'], isDeployed: false }],
    });
    expect(plan.findings).toEqual([
      { kind: 'drift', version: 2, labels: ['production'], isProduction: true },
      { kind: 'drift', version: 3, labels: ['test'], isProduction: false },
    ]);
  });

  test('a content that git holds or held is none, whoever made the version', () => {
    const { definitions } = planned({ definitions: [defined(NAME, 'edited')], versions: [edited] });
    const knownHashes = new Set(definitions.map(({ hash }) => hash));
    expect(planned({ definitions: [defined(NAME, 'edited')], versions: [edited] }).findings).toEqual([]);
    expect(planned({ versions: [edited], options: { knownHashes } }).findings).toEqual([]);
  });

  test('a commit message that names another content is no proof', () => {
    const remote = held(NAME, [{ text: 'deployed', labels: ['production'] }]);
    const [version] = remote.versions;
    const forged = { ...remote, versions: [{ ...version!, hash: 'f'.repeat(64) }] };
    expect(planPrompt([defined(NAME, 'new')], forged, null, OPTIONS).findings).toMatchObject([{ kind: 'drift' }]);
  });
});

test('the fingerprint is that of what Langfuse holds, and of nothing else', () => {
  const one = planned({ versions: [LIVE] });
  expect(planned({ versions: [LIVE], definitions: [defined(NAME, 'other')] }).fingerprint).toBe(one.fingerprint);
  expect(planned({ versions: [LIVE, { text: 'x' }] }).fingerprint).not.toBe(one.fingerprint);
  expect(planned({ versions: [LIVE], tags: ['a'] }).fingerprint).not.toBe(one.fingerprint);
});
