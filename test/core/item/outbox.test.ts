import * as fc from 'fast-check';
import { itemToJson } from '../../../src/adapters/aws/stored-item';
import {
  clip,
  clipName,
  jsonBytes,
  MAX_FROZEN_BYTES,
  MAX_OUTBOX_BYTES,
  keptBeside,
} from '../../../src/core/item/item-size';
import { comparisonOf } from '../comparison/fixtures';
import { emptyItem, nextItem, splitAudit, withoutSent } from '../../../src/core/item/next-item';
import { MAX_OUTBOX, putAlert, type AlertEntry, type Box } from '../../../src/core/item/outbox';
import type { PromptItem } from '../../../src/core/item/prompt-item';
import { addVersion, hasVersion, removeVersion } from '../../../src/core/item/version-ranges';
import { planCommand } from '../../../src/core/rollout/plan-command';
import { planTick } from '../../../src/core/rollout/plan-tick';
import { binaryGuardrail } from '../judging/fixtures';
import { evidenceOf, HARM, LABELS, rolloutOf, STABLE, START_MS, TICK_MS } from '../rollout/fixtures';

const EMPTY: Box = { outbox: [], merged: {} };

function alert(id: number, severity: AlertEntry['severity'] = 'warning', reason = ''): AlertEntry {
  return {
    id: `p#${id}#0`,
    kind: 'alert',
    alert: `kind_${severity}`,
    severity,
    rolloutId: null,
    atMs: id,
    detail: { reason },
  };
}

function fill(entries: AlertEntry[]): Box {
  return entries.reduce(putAlert, EMPTY);
}

describe('alerts that find no room', () => {
  it('are counted by kind; the order of the others is kept', () => {
    const box = fill(Array.from({ length: 40 }, (_, id) => alert(id)));
    expect(box.outbox.map(({ atMs }) => atMs)).toEqual(Array.from({ length: 26 }, (_, id) => id));
    expect(box.merged).toEqual({ kind_warning: 14 });
  });

  it('a page always finds room: first where something less urgent was, then where the oldest page was', () => {
    const full = fill(Array.from({ length: 40 }, (_, id) => alert(id)));
    let box = full;
    for (let id = 100; id < 105; id++) box = putAlert(box, alert(id, 'page'));
    expect(box.outbox).toHaveLength(MAX_OUTBOX - 1);
    box = putAlert(box, alert(105, 'page'));
    expect(box.outbox).toHaveLength(MAX_OUTBOX - 1);
    expect(box.outbox.some(({ atMs }) => atMs === 0)).toBe(false);
    expect(box.outbox.filter(({ atMs }) => atMs >= 100)).toHaveLength(6);
    const mixed = [
      alert(0, 'page'),
      ...Array.from({ length: 25 }, (_, id) => alert(id + 1)),
      ...[101, 102, 103, 104, 105, 106].map((id) => alert(id, 'page')),
    ];
    expect(
      fill(mixed)
        .outbox.map(({ atMs }) => atMs)
        .slice(0, 2),
    ).toEqual([0, 2]);
    const pages = fill(Array.from({ length: 40 }, (_, id) => alert(id, 'page')));
    expect(pages.outbox.map(({ atMs }) => atMs)).toEqual(Array.from({ length: 31 }, (_, index) => index + 9));
    expect(pages.merged).toEqual({ kind_page: 9 });
  });

  it('room is counted in bytes too, and nothing is lost uncounted', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ page: fc.boolean(), reason: fc.string({ maxLength: 900 }) }), { maxLength: 80 }),
        (wanted) => {
          const box = fill(wanted.map(({ page, reason }, id) => alert(id, page ? 'page' : 'warning', reason)));
          expect(jsonBytes(box.outbox)).toBeLessThanOrEqual(MAX_OUTBOX_BYTES.page);
          const counted = Object.values(box.merged).reduce((sum, n) => sum + n, 0);
          expect(box.outbox.length + counted).toBe(wanted.length);
          expect(box.outbox.at(-1)?.id === `p#${wanted.length - 1}#0` || wanted.at(-1)?.page !== true).toBe(true);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('are said in one message once there is room, with an id that stays', () => {
    const item: PromptItem = { ...emptyItem('p', 1, 0), revision: 5, outbox: [alert(1)], mergedAlerts: { started: 3 } };
    const next = withoutSent(item, new Set(['p#1#0']), 9);
    expect(next.outbox).toEqual([
      {
        id: 'p#6#merged',
        kind: 'alert',
        alert: 'merged',
        severity: 'warning',
        rolloutId: null,
        atMs: 9,
        detail: { started: 3 },
      },
    ]);
    expect(next.mergedAlerts).toEqual({});
    expect(withoutSent(next, new Set(), 10)).toBe(next);
    expect(withoutSent(next, new Set(['p#6#merged']), 10).outbox).toEqual([]);
  });

  it('wait while there is none', () => {
    const { outbox, merged } = fill(Array.from({ length: 40 }, (_, id) => alert(id)));
    const item: PromptItem = { ...emptyItem('p', 1, 0), revision: 5, outbox, mergedAlerts: merged };
    expect(withoutSent(item, new Set(), 9)).toBe(item);
  });
});

describe('the item has a budget of 64 KB', () => {
  it('texts are cut by the bytes of their JSON, between characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 700 }), (text) => {
        const cut = clip(text);
        expect(jsonBytes(cut)).toBeLessThanOrEqual(302);
        if (cut !== text) expect(text.startsWith(cut.slice(0, -3)) && cut.endsWith('...')).toBe(true);
        expect(jsonBytes(clipName(text))).toBeLessThanOrEqual(102);
      }),
    );
  });

  it('holds in the worst case, with the alert sender down, and the rollback still fits', () => {
    const prompt = '"'.repeat(300);
    const guardrails = Array.from({ length: 20 }, (_, index) => ({
      ...binaryGuardrail({ floor: 0.1 }),
      id: `score:${String(index).padEnd(60, '\u00e9')}`,
      weight: 1 / 20,
    }));
    const steps = Array.from({ length: 20 }, (_, index) => ({ percent: index + 1, bake: '1m' }));
    const deadlines = { dataFault: { alert: '0s', pause: '1000d' }, providerError: { alert: '0s', pause: '1000d' } };
    // oxlint-disable-next-line unicorn/no-thenable -- a word of the policy
    const base = rolloutOf({ steps, deadlines, maxHold: { after: '1m', then: 'page' } }, {}, guardrails);
    const id = `${prompt}/4/${START_MS}`;
    let rollout = { ...base, prompt, id, salt: id };
    const filler = 'f'.repeat(Math.max(0, MAX_FROZEN_BYTES - jsonBytes(rollout) - 20 * 150));
    rollout = { ...rollout, policyHash: filler };
    let item: PromptItem = {
      ...nextItem(emptyItem(prompt, STABLE, 0), { rollout, stable: STABLE, actions: [], by: 'x' }, START_MS),
      usedVersions: Array.from({ length: 128 }, (_, i) => [1_000_000 + 2 * i, 1_000_000 + 2 * i] as const),
      quarantined: Array.from({ length: 128 }, (_, i) => [1_000_000 + 2 * i, 1_000_000 + 2 * i] as const),
      said: Array.from({ length: 16 }, (_, i) => `policy_refused:${i}:aaaaaaaaaaaa`),
      manifest: `manifest/${'0'.repeat(64)}`,
    };
    let largest = 0;
    const tick = (nowMs: number, changes: Parameters<typeof evidenceOf>[2]): void => {
      const plan = planTick(item.rollout!, evidenceOf(item.rollout!, nowMs, changes), nowMs);
      const change = { rollout: plan.next, stable: plan.stable, actions: plan.actions, by: 'controller' };
      item = splitAudit(nextItem(item, change, nowMs)).item;
      largest = Math.max(largest, jsonBytes(item));
    };
    const nasty = '\u0001"\\\u00e9'.repeat(200);
    const who = { prompt, by: nasty, because: nasty };
    for (let n = 1; n <= 120; n++) {
      const nowMs = START_MS + n * 20 * TICK_MS;
      tick(nowMs, {
        providerProblem: nasty,
        seen: { gate: 1.5, safe: 1.5 },
        judged: { hours: [{ hourMs: 0, used: 0, unusable: { no_unit: 99 } }] },
      });
      if (n % 6 === 0) tick(nowMs + 1, { seen: { gate: 9, safe: 9, units: 1000 } });
      const command = planCommand(item, { kind: n % 2 ? 'pause' : 'resume', ...who }, LABELS, nowMs);
      if (command.ok)
        item = splitAudit(
          nextItem(
            item,
            { rollout: command.rollout, stable: command.stable, actions: command.actions, by: clipName(nasty) },
            nowMs,
          ),
        ).item;
      expect(() => itemToJson(item)).not.toThrow();
    }
    tick(START_MS + 10_000 * TICK_MS, { seen: HARM });
    expect(item.rollout?.phase).toBe('rolled_back');
    expect(item.outbox.some((entry) => entry.kind === 'alert' && entry.alert === 'rolled_back')).toBe(true);
    expect(() => itemToJson(item)).not.toThrow();
    expect(largest).toBeGreaterThan(40_000);
    expect(largest).toBeLessThan(65_536);
  });
});

test('an ended experiment stays beside a new one only as long as both are within the budget of one', () => {
  const rollout = rolloutOf();
  const comparison = comparisonOf(3);
  expect(keptBeside(rollout, comparison)).toBe(comparison);
  const large = { ...rollout, policyHash: 'f'.repeat(MAX_FROZEN_BYTES - jsonBytes(rollout) - 100) };
  expect(keptBeside(large, comparison)).toBeNull();
});

describe('versions as ranges', () => {
  const versions = fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 40 });

  it('hold what was added, less what was removed', () => {
    fc.assert(
      fc.property(versions, versions, (added, removed) => {
        const ranges = removed.reduce(removeVersion, added.reduce(addVersion, [] as ReturnType<typeof addVersion>));
        for (let v = 0; v <= 61; v++) expect(hasVersion(ranges, v)).toBe(added.includes(v) && !removed.includes(v));
        for (const [index, [first, last]] of ranges.entries()) {
          expect(first).toBeLessThanOrEqual(last);
          if (index > 0) expect(first).toBeGreaterThan(ranges[index - 1]![1]);
        }
      }),
    );
  });

  it('stay a short list and forget no version', () => {
    let ranges: ReturnType<typeof addVersion> = [];
    for (let v = 1; v <= 2000; v += 2) ranges = addVersion(ranges, v);
    expect(ranges).toHaveLength(128);
    for (let v = 1; v <= 2000; v += 2) expect(hasVersion(ranges, v)).toBe(true);
  });
});
