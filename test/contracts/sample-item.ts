import type { Assignment } from '../../src/core/assignment/assignment';
import type { AuditEvent, PromptItem } from '../../src/core/item/prompt-item';

/** A small assignment: a candidate at 10 %. */
export function sampleAssignment(prompt: string, epoch = 1): Assignment {
  return {
    schema: 1,
    prompt,
    epoch,
    stable: 3,
    experiment: `${prompt}/4/1000`,
    step: 0,
    salt: 'salt',
    arms: [{ name: 'candidate', version: 4, from: 0, to: 1000 }],
    writtenAtMs: 1000 + epoch,
  };
}

/** An item as a controller would write it: the assignment's epoch is the revision. */
export function sampleItem(prompt: string, revision: number, changes: Partial<PromptItem> = {}): PromptItem {
  return {
    schema: 1,
    prompt,
    revision,
    assignment: sampleAssignment(prompt, revision),
    rollout: null,
    comparison: null,
    usedVersions: [[1, 4]],
    quarantined: [],
    audit: [sampleEvent(prompt, revision, 0)],
    outbox: [
      {
        id: `${prompt}#${revision}#1`,
        kind: 'label',
        label: 'production',
        version: 4,
        revision,
        atMs: 1000,
        leaseUntilMs: null,
        attempts: 0,
      },
    ],
    mergedAlerts: { late_data: 2 },
    manifest: null,
    said: ['no_production:7'],
    lastTickAtMs: 1000,
    ...changes,
  };
}

export function sampleEvent(prompt: string, revision: number, index: number): AuditEvent {
  return {
    id: `${prompt}#${revision}#${index}`,
    atMs: 1000 + revision,
    kind: 'advanced',
    by: 'controller',
    rolloutId: `${prompt}/4/1000`,
    detail: { percent: 50, note: 'höher', proven: true, limit: null },
  };
}

/** Names that people give to prompts and that a key or a file name could trip over. */
export const ODD_NAMES = [
  'team/chat/greeting',
  '../../etc/passwd',
  '.hidden',
  '..',
  'with space  and\ttab',
  '🎉🚀 launch',
  'Greeting',
  'greeting',
  'percent%2fencoded',
  'a#b#1#2',
  'prompt#item',
  'ünï\u0308cödé',
  '~tilde~',
  'con:<>|"?*\\',
  '__proto__',
  'x'.repeat(200),
  '🎉'.repeat(200),
];
