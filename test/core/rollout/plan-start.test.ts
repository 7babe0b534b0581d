import { decideStart, startRollout } from '../../../src/core/rollout/plan-start';
import type { LabelFacts } from '../../../src/core/rollout/evidence';
import { goal } from '../../../src/core/rollout/transitions';
import type { PromptItem } from '../../../src/core/item/prompt-item';
import { atStep, CANDIDATE, itemOf, LABELS, rolloutOf, STABLE, START_MS } from './fixtures';

const ended = { ...atStep(1), phase: 'aborted' as const };

function decide(labels: Partial<LabelFacts>, item: PromptItem = itemOf(null)) {
  return decideStart(item, { ...LABELS, ...labels });
}

describe('the label is the trigger, once (4.7)', () => {
  it('a labelled version that is not in production starts against the one that is', () => {
    expect(decide({})).toEqual({ kind: 'start', candidate: CANDIDATE, stable: STABLE });
  });

  it('nothing starts without a label, or while Langfuse does not say', () => {
    expect(decide({ candidate: null })).toEqual({ kind: 'none' });
    expect(decide({ candidate: 'unknown' })).toEqual({ kind: 'none' });
    expect(decide({ production: 'unknown' })).toEqual({ kind: 'none' });
  });

  it('a prompt has one experiment at a time', () => {
    expect(decide({ candidate: 9 }, itemOf(atStep(1)))).toEqual({ kind: 'none' });
  });

  it.each(['promoted', 'rolled_back', 'aborted'] as const)(
    'a version that was %s never starts again by its label',
    (phase) => {
      expect(
        decide(
          { production: phase === 'promoted' ? CANDIDATE : STABLE },
          itemOf({ ...ended, phase }, { usedVersions: [[4, 4]] }),
        ),
      ).toEqual({ kind: 'none' });
    },
  );

  it('a new version after a rollback starts clean', () => {
    const item = itemOf({ ...ended, phase: 'rolled_back' }, { usedVersions: [[4, 4]], quarantined: [[4, 4]] });
    expect(decide({ candidate: 5 }, item)).toEqual({ kind: 'start', candidate: 5, stable: STABLE });
  });

  it('nothing starts while production is on its way: it says nothing about the stable version', () => {
    const moving = { ...ended, verification: goal('rollback', { production: STABLE, from: CANDIDATE }, START_MS) };
    expect(decide({ candidate: 5, production: CANDIDATE }, itemOf(moving))).toEqual({ kind: 'none' });
    const entry = {
      id: 'x',
      kind: 'label',
      label: 'production',
      version: 9,
      revision: 1,
      atMs: 0,
      leaseUntilMs: null,
      attempts: 0,
    } as const;
    expect(decide({ candidate: 5 }, itemOf(null, { outbox: [entry] }))).toEqual({ kind: 'none' });
  });
});

describe('why nothing starts is said once', () => {
  it.each([
    ['no_production', { production: null }],
    ['candidate_is_production', { production: CANDIDATE }],
  ])('%s', (alert, labels) => {
    const first = decide(labels);
    expect(first).toMatchObject({ kind: 'say', alert, fact: `${alert}:4`, detail: { candidate: CANDIDATE } });
    expect(decide(labels, itemOf(null, { said: [`${alert}:4`] }))).toEqual({ kind: 'none' });
    expect(
      decide(
        { ...labels, candidate: 6, ...(alert === 'no_production' ? {} : { production: 6 }) },
        itemOf(null, { said: [`${alert}:4`] }),
      ),
    ).toMatchObject({ kind: 'say' });
  });

  it('a label that was used up as production starts nothing when production moves on', () => {
    expect(decide({ production: CANDIDATE })).toMatchObject({ used: [CANDIDATE] });
  });

  it('not after a normal promotion, where the label simply stays', () => {
    expect(
      decide({ production: CANDIDATE }, itemOf({ ...ended, phase: 'promoted' }, { usedVersions: [[4, 4]] })),
    ).toEqual({ kind: 'none' });
  });

  it('a label that somebody moved back to a version that was tried before', () => {
    const item = itemOf({ ...ended, candidate: 5, labelledAtStart: 5 }, { usedVersions: [[2, 5]] });
    expect(decide({ candidate: 2 }, item)).toMatchObject({ kind: 'say', alert: 'candidate_used' });
    expect(decide({ candidate: 5 }, item)).toEqual({ kind: 'none' });
    const byHand = itemOf({ ...ended, candidate: 5, labelledAtStart: 2 }, { usedVersions: [[2, 5]] });
    expect(decide({ candidate: 2 }, byHand)).toEqual({ kind: 'none' });
  });
});

describe('a new rollout', () => {
  it('starts at the first step with a salt of its own', () => {
    const first = rolloutOf();
    expect(first.stages).toEqual([{ step: 0, percent: 10, fromMs: START_MS, toMs: null }]);
    expect(first.salt).toBe(first.id);
    const { guardrails, policy, policySources, policyHash } = first;
    const frozen = {
      prompt: 'greeting',
      stable: STABLE,
      startedBy: 'label',
      labelledAtStart: 5,
      policy,
      policySources,
      policyHash,
      guardrails,
      warnings: [],
    };
    const second = startRollout({ ...frozen, candidate: 5 }, START_MS).rollout;
    const again = startRollout({ ...frozen, candidate: CANDIDATE }, START_MS + 1).rollout;
    expect(new Set([first.salt, second.salt, again.salt]).size).toBe(3);
  });
});
