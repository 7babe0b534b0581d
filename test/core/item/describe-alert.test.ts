import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ALERT_KINDS, alertSubject, describeAlert } from '../../../src/core/item/describe-alert';
import type { AlertEntry } from '../../../src/core/item/outbox';
import { emptyItem } from '../../../src/core/item/next-item';

const entry: AlertEntry = {
  id: 'greeting#7#1',
  kind: 'alert',
  alert: 'rolled_back',
  severity: 'page',
  rolloutId: 'greeting/4/x',
  atMs: Date.UTC(2026, 0, 12),
  detail: { stable: 3, candidate: 4, to: 3, reason: 'worse', guardrail: null },
};

function raisedIn(folder: string): string[] {
  const texts = readdirSync(folder)
    .filter((name) => name.endsWith('.ts') && !['weekly-report.ts', 'report-ended.ts'].includes(name))
    .map((name) => readFileSync(join(folder, name), 'utf8'));
  return texts.flatMap((text) =>
    [...text.matchAll(/alert: '(\w+)'|say\('(\w+)'\)|harmPage\(look, '(\w+)'\)/gu)].map((m) => m[1] ?? m[2] ?? m[3]!),
  );
}

it('every alert that is raised has a text, and no text is left over', () => {
  const root = join(__dirname, '../../../src');
  const holds = [
    'no_data',
    'late_data',
    'provider_error',
    'inconclusive',
    'data_fault',
    'both_arms_broken',
    'stable_missing',
  ];
  const raised = new Set([
    ...raisedIn(join(root, 'core/rollout')),
    ...raisedIn(join(root, 'core/item')),
    ...raisedIn(join(root, 'core/comparison')),
    ...raisedIn(join(root, 'app')),
    ...raisedIn(join(root, 'app/comparison')),
    ...holds.map((kind) => `held_${kind}`),
    'promotion_unverified',
    'rollback_unverified',
  ]);
  expect([...raised].sort()).toEqual([...ALERT_KINDS].sort());
});

it('says what happened, with its numbers, what to do, and where it belongs', () => {
  const message = describeAlert('prod', emptyItem('greeting', 3, 0), entry);
  expect(message).toMatchObject({
    id: 'greeting#7#1',
    subject: '[prod] ROLLED BACK: greeting',
    attributes: { alert: 'rolled_back', severity: 'page', prompt: 'greeting', rollout: 'greeting/4/x' },
  });
  expect(message.text).toContain('Everyone gets version 3. Version 4 is quarantined');
  expect(message.text).toContain('reason: worse');
  expect(message.text).toContain('at: 2026-01-12T00:00:00.000Z');
  expect(message.text).not.toContain('guardrail');
});

it('tells commands that can be typed as they are, whatever the prompt is called', () => {
  const message = describeAlert('prod', emptyItem("it's new; ls", 3, 0), { ...entry, alert: 'started', detail: {} });
  expect(message.text).toContain("rampart status 'it'\\''s new; ls'\n");
  expect(message.text).toContain("Rollout started: it's new; ls\n");
});

it('every text fills in from facts; the subject is one line', () => {
  for (const alert of ALERT_KINDS) {
    const detail = { stable: 3, candidate: 4, to: 3, expected: 3 };
    const message = describeAlert('prod', emptyItem('übermäßig'.repeat(30), 3, 0), { ...entry, alert, detail });
    expect(message.text).not.toMatch(/[{}?]\w*[}]/u);
    expect(message.subject).toMatch(/^[^\p{Cc}]+$/u);
  }
});

it('a prompt keeps its name in the subject, in any language', () => {
  expect(alertSubject('[prod] ROLLED BACK: 挨拶/grüße')).toBe('[prod] ROLLED BACK: 挨拶/grüße');
  expect(alertSubject('a\r\nb\u001B[31m')).toBe('a b [31m');
});
