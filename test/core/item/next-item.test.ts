import * as fc from 'fast-check';
import { armOfBucket, assign } from '../../../src/core/assignment/assignment';
import { BUCKETS, bucketOf } from '../../../src/core/assignment/bucket';
import { emptyItem, MAX_AUDIT, nextItem, splitAudit, type Change } from '../../../src/core/item/next-item';
import type { AuditEvent, PromptItem } from '../../../src/core/item/prompt-item';
import type { Action } from '../../../src/core/rollout/plan';
import { abort, advance, finish, promote, rollBack } from '../../../src/core/rollout/transitions';
import {
  atStep,
  CANDIDATE,
  itemOf,
  LABELS,
  promoting,
  rolloutOf,
  STABLE,
  START_MS,
  watching,
} from '../rollout/fixtures';

const audit: Action = { kind: 'audit', event: 'advanced', detail: {} };
const alert: Action = { kind: 'alert', alert: 'started', severity: 'info', detail: {} };
const harm = { code: 'harm', reason: 'worse', guardrail: null, by: 'controller' };

function change(changes: Partial<Change>): Change {
  return { rollout: null, stable: STABLE, actions: [], by: 'controller', ...changes };
}

describe('one write, one transition (4.3)', () => {
  it('revision grows by one; ids are made of prompt, revision and index', () => {
    const item = { ...emptyItem('greeting', STABLE, 0), revision: 6 };
    const next = nextItem(
      item,
      change({ actions: [audit, alert, { kind: 'label', label: 'production', version: 4 }] }),
      5,
    );
    expect(next.revision).toBe(7);
    expect(next.audit.map(({ id }) => id)).toEqual(['greeting#7#0']);
    expect(next.outbox.map(({ id }) => id)).toEqual(['greeting#7#1', 'greeting#7#2']);
    expect(nextItem(item, change({ actions: [audit, alert] }), 5)).toEqual(
      nextItem(item, change({ actions: [audit, alert] }), 5),
    );
  });

  it('the assignment changes in the same write, and its epoch only when what is served does', () => {
    const rollout = atStep(0);
    const start = nextItem(emptyItem('greeting', STABLE, START_MS), change({ rollout }), START_MS);
    expect(start.assignment).toMatchObject({
      epoch: 2,
      stable: STABLE,
      experiment: rollout.id,
      step: 0,
      salt: rollout.id,
    });
    expect(start.assignment.arms).toEqual([{ name: 'candidate', version: CANDIDATE, from: 0, to: 1000 }]);
    const same = nextItem(start, change({ rollout, actions: [audit] }), START_MS + 1);
    expect(same.assignment).toBe(start.assignment);
    const wider = nextItem(same, change({ rollout: advance(rollout, START_MS).next }), START_MS + 2);
    expect(wider.assignment).toMatchObject({ epoch: 3, step: 1, writtenAtMs: START_MS + 2 });
    const back = nextItem(wider, change({ rollout: rollBack(rollout, harm, LABELS, START_MS).next }), START_MS + 3);
    expect(back.assignment).toMatchObject({
      epoch: 4,
      stable: STABLE,
      experiment: null,
      step: null,
      salt: '',
      arms: [],
    });
  });

  it('promoted: the hold-out stays on stable; finished: everyone gets the candidate', () => {
    const item = nextItem(itemOf(atStep(1)), change({ rollout: watching() }), START_MS);
    expect(item.assignment).toMatchObject({ stable: STABLE, arms: [{ version: CANDIDATE, from: 0, to: 9500 }] });
    const { next, stable } = finish(watching(), START_MS);
    expect(nextItem(item, change({ rollout: next, stable }), START_MS).assignment).toMatchObject({
      stable: CANDIDATE,
      arms: [],
    });
    const all = promote(atStep(1, { holdout: 0 }), {}, START_MS).next;
    expect(nextItem(item, change({ rollout: all }), START_MS).assignment.arms[0]?.to).toBe(BUCKETS);
  });

  it('what is served and what is judged agree on every bucket, at any percent (4.8, 4.10)', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.001, max: 99.999, noNaN: true }), fc.string(), (percent, unit) => {
        const rollout = { ...rolloutOf(), stages: [{ step: 0, percent, fromMs: 0, toMs: null }] };
        const { assignment } = nextItem(emptyItem('greeting', STABLE, 0), change({ rollout }), 0);
        const { to } = assignment.arms[0]!;
        for (const bucket of [to - 1, to]) {
          expect(armOfBucket(bucket, percent)).toBe(bucket < to ? 'candidate' : 'stable');
        }
        expect(assign(assignment, unit).arm).toBe(armOfBucket(bucketOf(rollout.salt, unit), percent));
      }),
    );
  });

  it('every version that has a rollout is remembered, also after its release while it ended', () => {
    const running = nextItem(emptyItem('greeting', STABLE, 0), change({ rollout: atStep(0) }), 0);
    expect(running.usedVersions).toEqual([[4, 4]]);
    const ended = nextItem(running, change({ rollout: abort(atStep(0), { ...harm }, STABLE, 0).next }), 0);
    expect(ended.usedVersions).toEqual([[4, 4]]);
    const released = nextItem(ended, change({ rollout: ended.rollout, usedVersions: [] }), 0);
    expect(released.usedVersions).toEqual([]);
    expect(nextItem(released, change({ rollout: released.rollout }), 0).usedVersions).toEqual([]);
  });

  it('facts said are kept, the newest sixteen', () => {
    let item = emptyItem('greeting', STABLE, 0);
    for (let fact = 0; fact < 20; fact++) item = nextItem(item, change({ said: [`f${fact}`] }), 0);
    expect(item.said).toHaveLength(16);
    expect(item.said.at(-1)).toBe('f19');
  });
});

describe('label goals', () => {
  const labels = (item: PromptItem): (number | string)[] =>
    item.outbox.flatMap((e) => (e.kind === 'label' ? [e.version] : []));
  const asked = nextItem(
    itemOf(atStep(1)),
    { ...change({}), rollout: promoting(), actions: [{ kind: 'label', label: 'production', version: CANDIDATE }] },
    START_MS,
  );

  it('a newer goal takes the place of an older one; the same goal is not asked for twice', () => {
    expect(labels(asked)).toEqual([CANDIDATE]);
    const { next, actions } = rollBack(promoting(), harm, LABELS, START_MS);
    expect(labels(nextItem(asked, change({ rollout: next, actions }), START_MS))).toEqual([STABLE]);
    const again = nextItem(
      asked,
      change({ rollout: promoting(), actions: [{ kind: 'label', label: 'production', version: CANDIDATE }] }),
      START_MS,
    );
    expect(again.outbox).toEqual(asked.outbox);
  });

  it('a goal is dropped when the rollout no longer has it: nobody moves production against a person', () => {
    const { next, actions } = abort(promoting(), { ...harm, code: 'production_moved' }, 7, START_MS);
    expect(labels(nextItem(asked, change({ rollout: next, stable: 7, actions }), START_MS))).toEqual([]);
  });

  it('while a worker may still carry out the older goal, the newer one is contested', () => {
    const leased = { ...asked, outbox: asked.outbox.map((entry) => ({ ...entry, leaseUntilMs: START_MS + 100 })) };
    const { next, actions } = rollBack(promoting(), harm, LABELS, START_MS);
    const entry = (nowMs: number) =>
      nextItem(leased, change({ rollout: next, actions }), nowMs).outbox.find(({ kind }) => kind === 'label');
    expect(entry(START_MS)).toMatchObject({ version: STABLE, leaseUntilMs: null, contestedUntilMs: START_MS + 100 });
    expect(entry(START_MS + 100)).not.toHaveProperty('contestedUntilMs');
  });

  it('a goal without any rollout stays until it is carried out', () => {
    const item = nextItem(
      emptyItem('greeting', null, 0),
      change({ stable: 1, actions: [{ kind: 'label', label: 'production', version: 1 }] }),
      0,
    );
    expect(labels(nextItem(item, change({ stable: 1 }), 0))).toEqual([1]);
  });
});

describe('the newest audit events stay in the item', () => {
  const event = (revision: number, size = 0): AuditEvent => ({
    id: `greeting#${revision}#0`,
    atMs: revision,
    kind: 'held',
    by: 'controller',
    rolloutId: null,
    detail: { reason: 'x'.repeat(size) },
  });

  it('at most 32; what overflows is the oldest, in order, and nothing is lost', () => {
    const audit = Array.from({ length: 40 }, (_, index) => event(index));
    const { item, overflow } = splitAudit({ ...emptyItem('greeting', 1, 0), revision: 99, audit });
    expect(item.audit).toHaveLength(MAX_AUDIT);
    expect([...overflow, ...item.audit]).toEqual(audit);
  });

  it('fewer when they are large', () => {
    const audit = Array.from({ length: 32 }, (_, index) => event(index, 900));
    const { item, overflow } = splitAudit({ ...emptyItem('greeting', 1, 0), revision: 99, audit });
    expect(JSON.stringify(item.audit).length).toBeLessThanOrEqual(10_100);
    expect([...overflow, ...item.audit]).toEqual(audit);
  });

  it('never what this write adds: it has not happened before it is written', () => {
    const audit = [event(1, 900), ...Array.from({ length: 40 }, () => event(99, 900))];
    const { overflow } = splitAudit({ ...emptyItem('greeting', 1, 0), revision: 99, audit });
    expect(overflow.map(({ id }) => id)).toEqual(['greeting#1#0']);
  });
});
