import * as fc from 'fast-check';
import type { PromptDefinition } from '../../../src/prompts/definition';
import { contentHash } from '../../../src/prompts/hash';
import type { PromptPlan } from '../../../src/prompts/plan/plan';
import { planPrompt } from '../../../src/prompts/plan/plan-prompt';
import type { RemotePrompt } from '../../../src/prompts/remote/remote-prompt';
import { defined, OPTIONS } from '../project';
import { held, type Held } from './remote';

/* What holds of every plan, whatever Langfuse and git hold. Langfuse is a list of versions here. */

const NAME = 'answer';
const text = fc.constantFrom('a', 'b', 'c', 'd');
const label = fc.constantFrom('production', 'candidate', 'latest', 'staging', 'concise');

/** Versions whose labels are each held once. */
const project: fc.Arbitrary<Held[]> = fc
  .record({
    texts: fc.array(text, { minLength: 0, maxLength: 5 }),
    holders: fc.dictionary(fc.constantFrom('production', 'candidate', 'staging', 'concise'), fc.nat(4)),
  })
  .map(({ texts, holders }) =>
    texts.map((each, index) => ({
      text: each,
      labels: Object.entries(holders).flatMap(([name, at]) => (at === index ? [name] : [])),
    })),
  );

const definitions: fc.Arbitrary<PromptDefinition[]> = fc
  .record({
    base: fc.tuple(text, fc.uniqueArray(label)),
    variants: fc.dictionary(fc.constantFrom('concise', 'detailed'), fc.tuple(text, fc.uniqueArray(label))),
    tags: fc.uniqueArray(fc.constantFrom('x', 'y')),
  })
  .map(({ base, variants, tags }) => [
    defined(NAME, base[0], { labels: base[1], tags }),
    ...['concise', 'detailed'].flatMap((variant) => {
      const [written, labels] = variants[variant] ?? [];
      return written === undefined || labels === undefined ? [] : [defined(NAME, written, { variant, labels, tags })];
    }),
  ]);

const quarantine = fc.option(fc.integer({ min: 1, max: 5 }), { nil: null });

/** Langfuse after the plan was carried out. */
function carriedOut(
  before: readonly Held[],
  tags: string[],
  { actions }: PromptPlan,
): { versions: Held[]; tags: string[] } {
  const versions = before.map((each) => ({ ...each, labels: [...(each.labels ?? [])] }));
  const take = (given: string): void => {
    for (const each of versions) each.labels = each.labels.filter((other) => other !== given);
  };
  let now = tags;
  for (const action of actions) {
    if (action.kind === 'create_version') {
      const labels = action.labels.map((each) => each.label);
      for (const each of labels) take(each);
      versions.push({ text: action.body.type === 'text' ? action.body.text : '', labels });
      now = action.tags === null ? now : [...action.tags];
    } else if (action.kind === 'move_label') {
      take(action.label);
      versions[action.version - 1]!.labels.push(action.label);
    }
  }
  return { versions, tags: now };
}

function isLive(versions: readonly Held[], version: number): boolean {
  return versions[version - 1]?.labels?.includes('production') ?? false;
}

function remoteOf(versions: readonly Held[], tags: string[]): RemotePrompt | null {
  return versions.length === 0 ? null : held(NAME, versions, { tags });
}

function guardOf(quarantined: number | null) {
  return { quarantined: quarantined === null ? [] : [[quarantined, quarantined] as const], used: [], running: null };
}

function forEveryPlan(
  check: (
    plan: PromptPlan,
    world: { versions: Held[]; defined: PromptDefinition[]; quarantined: number | null },
  ) => void,
): void {
  fc.assert(
    fc.property(project, definitions, quarantine, (versions, all, quarantined) => {
      check(planPrompt(all, remoteOf(versions, ['old']), guardOf(quarantined), OPTIONS), {
        versions,
        defined: all,
        quarantined,
      });
    }),
    { numRuns: 300 },
  );
}

test('a plan that was carried out leaves nothing to do', () => {
  forEveryPlan((plan, { versions, defined: all, quarantined }) => {
    const after = carriedOut(versions, ['old'], plan);
    const again = planPrompt(all, remoteOf(after.versions, after.tags), guardOf(quarantined), OPTIONS);
    expect(again.actions).toEqual([]);
  });
});

test('no content is made twice, and none that a version has already', () => {
  forEveryPlan((plan, { versions }) => {
    const held = versions.map((each) => contentHash(defined(NAME, each.text)));
    const made = plan.actions.flatMap((action) => (action.kind === 'create_version' ? [action.hash] : []));
    expect(new Set(made).size).toBe(made.length);
    for (const hash of made) expect(held).not.toContain(hash);
  });
});

test('production and latest are never given, a label is given once, and candidate neither to what is live nor to what was rolled back', () => {
  forEveryPlan((plan, { versions, quarantined }) => {
    const given = plan.actions.flatMap((action) => {
      if (action.kind === 'create_version') return action.labels.map((each) => each.label);
      return action.kind === 'move_label' ? [action.label] : [];
    });
    expect(given).not.toContain('production');
    expect(given).not.toContain('latest');
    expect(new Set(given).size).toBe(given.length);
    const moves = plan.actions.flatMap((action) => (action.kind === 'move_label' ? [action] : []));
    for (const { version, label: moved } of moves) {
      if (version === quarantined && !isLive(versions, version)) expect(moved).not.toBe('candidate');
      if (moved === 'candidate') expect(isLive(versions, version)).toBe(false);
    }
  });
});
