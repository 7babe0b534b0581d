import type { Assignment, AssignmentArm } from '../assignment/assignment';
import { controlOf, runningOf, type Comparison } from '../comparison/comparison';
import type { Action } from '../rollout/plan';
import { currentStage, isTerminal, type Rollout } from '../rollout/rollout';
import { candidateBuckets } from '../rollout/rollout-experiment';
import { jsonBytes, MAX_AUDIT_BYTES } from './item-size';
import { addMergedAlerts, keepCurrentGoals, putAlert, putLabel, type Box } from './outbox';
import type { AuditEvent, PromptItem } from './prompt-item';
import { addVersion } from './version-ranges';

export { MAX_OUTBOX } from './outbox';

/** Newest audit events kept in the item; older ones live in the history. */
export const MAX_AUDIT = 32;
const MAX_SAID = 16;

/** An item for a prompt that has never been written. */
export function emptyItem(prompt: string, stable: number | null, nowMs: number): PromptItem {
  return {
    schema: 1,
    prompt,
    revision: 0,
    assignment: emptyAssignment(prompt, stable, nowMs),
    rollout: null,
    comparison: null,
    usedVersions: [],
    quarantined: [],
    audit: [],
    outbox: [],
    mergedAlerts: {},
    manifest: null,
    said: [],
    lastTickAtMs: null,
  };
}

function emptyAssignment(prompt: string, stable: number | null, nowMs: number): Assignment {
  return { schema: 1, prompt, epoch: 1, stable, experiment: null, step: null, salt: '', arms: [], writtenAtMs: nowMs };
}

/** A change of an item: what is new, decided by a pure function, written by one conditional write. */
export interface Change {
  rollout: Rollout | null;
  /** The version outside the arms. */
  stable: number | null;
  actions: readonly Action[];
  by: string;
  /** Absent = as it was. */
  comparison?: Comparison | null;
  /** Id of what the events belong to; absent = the rollout. */
  about?: string;
  manifest?: string;
  said?: readonly string[];
  quarantined?: PromptItem['quarantined'];
  usedVersions?: PromptItem['usedVersions'];
  isTick?: boolean;
}

/**
 * The item after a change: next revision, assignment, audit events, outbox. Ids are made of prompt, revision and index, so
 * a retried change repeats nothing.
 */
export function nextItem(item: PromptItem, change: Change, nowMs: number): PromptItem {
  const revision = item.revision + 1;
  const rolloutId = change.about ?? change.rollout?.id ?? null;
  const comparison = change.comparison === undefined ? item.comparison : change.comparison;
  const audit: AuditEvent[] = [];
  let quarantined = change.quarantined ?? item.quarantined;
  let box: Box = { outbox: item.outbox, merged: item.mergedAlerts };
  change.actions.forEach((action, index) => {
    const id = `${item.prompt}#${revision}#${index}`;
    switch (action.kind) {
      case 'audit':
        audit.push({ id, atMs: nowMs, kind: action.event, by: change.by, rolloutId, detail: action.detail });
        break;
      case 'alert':
        box = putAlert(box, { id, ...action, rolloutId, atMs: nowMs });
        break;
      case 'label':
        box = putLabel(box, { id, ...action, revision, atMs: nowMs, leaseUntilMs: null, attempts: 0 });
        break;
      case 'quarantine':
        quarantined = addVersion(quarantined, action.version);
        break;
    }
  });
  const used = change.usedVersions ?? item.usedVersions;
  return {
    ...item,
    revision,
    assignment: nextAssignment(item.assignment, change.rollout, runningOf(comparison), change.stable, nowMs),
    rollout: change.rollout,
    comparison,
    usedVersions:
      change.rollout === null || isTerminal(change.rollout.phase) ? used : addVersion(used, change.rollout.candidate),
    quarantined,
    audit: [...item.audit, ...audit],
    outbox: keepCurrentGoals(box.outbox, change.rollout),
    mergedAlerts: box.merged,
    manifest: change.manifest ?? item.manifest,
    said: [...item.said, ...(change.said ?? [])].slice(-MAX_SAID),
    lastTickAtMs: change.isTick === true ? nowMs : item.lastTickAtMs,
  };
}

/**
 * The item after messages were carried out: they are gone, and the alerts that had found no room become one message with an
 * id of its own. The same item when nothing changes.
 */
export function withoutSent(item: PromptItem, sent: ReadonlySet<string>, nowMs: number): PromptItem {
  const revision = item.revision + 1;
  const left = item.outbox.filter(({ id }) => !sent.has(id));
  const id = `${item.prompt}#${revision}#merged`;
  const rolloutId = item.rollout?.id ?? null;
  const box = addMergedAlerts({ outbox: left, merged: item.mergedAlerts }, { id, rolloutId, atMs: nowMs });
  const isSame = box.outbox.length === item.outbox.length && box.merged === item.mergedAlerts;
  return isSame ? item : { ...item, revision, outbox: box.outbox, mergedAlerts: box.merged };
}

/**
 * Events that no longer fit into the item: they are copied to the history first, then dropped here. What this revision adds
 * stays, because it has not happened until it is written.
 */
export function splitAudit(item: PromptItem): { item: PromptItem; overflow: AuditEvent[] } {
  const { audit } = item;
  const isNew = ({ id }: AuditEvent): boolean => id.startsWith(`${item.prompt}#${item.revision}#`);
  const sizes = audit.map(jsonBytes);
  let bytes = sizes.reduce((sum, size) => sum + size, 0);
  let surplus = 0;
  for (const [index, event] of audit.entries()) {
    if ((audit.length - surplus <= MAX_AUDIT && bytes <= MAX_AUDIT_BYTES) || isNew(event)) break;
    bytes -= sizes[index] ?? 0;
    surplus++;
  }
  return { item: { ...item, audit: audit.slice(surplus) }, overflow: audit.slice(0, surplus) };
}

/**
 * The document that runtimes read. A new epoch only when what is served changes.
 */
function nextAssignment(
  before: Assignment,
  rollout: Rollout | null,
  comparison: Comparison | null,
  stable: number | null,
  nowMs: number,
): Assignment {
  const running = rollout !== null && !isTerminal(rollout.phase) ? rollout : null;
  const served = comparison === null ? rolloutServes(running) : comparisonServes(comparison);
  const next: Assignment = { ...before, stable, ...served };
  if (JSON.stringify(next) === JSON.stringify(before)) return before;
  return { ...next, epoch: before.epoch + 1, writtenAtMs: nowMs };
}

type Served = Pick<Assignment, 'experiment' | 'step' | 'salt' | 'arms'>;

function rolloutServes(running: Rollout | null): Served {
  if (running === null) return { experiment: null, step: null, salt: '', arms: [] };
  const { step, percent } = currentStage(running);
  const arms = [{ name: 'candidate', version: running.candidate, from: 0, to: candidateBuckets(percent) }];
  return { experiment: running.id, step, salt: running.salt, arms };
}

/** A dropped variant's buckets are the control's from then on. */
function comparisonServes(comparison: Comparison): Served {
  const { name, version } = controlOf(comparison);
  const arms = comparison.arms.map((arm): AssignmentArm => {
    const { from, to } = arm;
    return arm.dropped === null ? { name: arm.name, version: arm.version, from, to } : { name, version, from, to };
  });
  return { experiment: comparison.id, step: null, salt: comparison.salt, arms };
}
