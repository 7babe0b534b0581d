import { BUCKETS } from '../assignment/bucket';
import type { Assignment } from '../assignment/assignment';
import type { Action } from '../rollout/plan';
import { currentStage, isTerminal, type Rollout } from '../rollout/rollout';
import type { AuditEvent, OutboxEntry, PromptItem } from './prompt-item';
import { addVersion } from './version-ranges';

/** Newest audit events kept in the item; older ones live in the history. */
export const MAX_AUDIT = 32;
/** Messages kept in the item. */
export const MAX_OUTBOX = 32;
/** Room in the outbox that only label moves and pages may use, so that a rollback's write always fits. */
const RESERVED_OUTBOX = 6;
const MAX_SAID = 16;

/** An item for a prompt that has never been written. */
export function emptyItem(prompt: string, stable: number | null, nowMs: number): PromptItem {
  return {
    schema: 1,
    prompt,
    revision: 0,
    assignment: emptyAssignment(prompt, stable, nowMs),
    rollout: null,
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
  const rolloutId = change.rollout?.id ?? null;
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
    assignment: nextAssignment(item.assignment, change.rollout, change.stable, nowMs),
    rollout: change.rollout,
    usedVersions:
      change.rollout === null || isTerminal(change.rollout.phase) ? used : addVersion(used, change.rollout.candidate),
    quarantined,
    audit: [...item.audit, ...audit],
    outbox: box.outbox,
    mergedAlerts: box.merged,
    manifest: change.manifest ?? item.manifest,
    said: [...item.said, ...(change.said ?? [])].slice(-MAX_SAID),
    lastTickAtMs: change.isTick === true ? nowMs : item.lastTickAtMs,
  };
}

/** Events that no longer fit into the item: they are copied to the history first, then dropped here. */
export function splitAudit(item: PromptItem): { item: PromptItem; overflow: AuditEvent[] } {
  const surplus = Math.max(0, item.audit.length - MAX_AUDIT);
  return { item: { ...item, audit: item.audit.slice(surplus) }, overflow: item.audit.slice(0, surplus) };
}

/** The document that runtimes read. A new epoch only when what is served changes. */
function nextAssignment(before: Assignment, rollout: Rollout | null, stable: number | null, nowMs: number): Assignment {
  const running = rollout !== null && !isTerminal(rollout.phase) ? rollout : null;
  const stage = running && currentStage(running);
  const next: Assignment = {
    ...before,
    stable,
    experiment: running?.id ?? null,
    step: stage?.step ?? null,
    salt: running?.salt ?? '',
    arms:
      running === null || stage === null
        ? []
        : [{ name: 'candidate', version: running.candidate, from: 0, to: Math.round((stage.percent * BUCKETS) / 100) }],
  };
  if (JSON.stringify(next) === JSON.stringify(before)) return before;
  return { ...next, epoch: before.epoch + 1, writtenAtMs: nowMs };
}

interface Box {
  outbox: readonly OutboxEntry[];
  merged: Record<string, number>;
}

type AlertEntry = Extract<OutboxEntry, { kind: 'alert' }>;
type LabelEntry = Extract<OutboxEntry, { kind: 'label' }>;

function putAlert(box: Box, entry: AlertEntry): Box {
  const room = entry.severity === 'page' ? MAX_OUTBOX - 1 : MAX_OUTBOX - RESERVED_OUTBOX;
  if (box.outbox.length < room) return { ...box, outbox: [...box.outbox, entry] };
  const count = (kind: string, merged: Record<string, number>): Record<string, number> => ({
    ...merged,
    [kind]: (merged[kind] ?? 0) + 1,
  });
  if (entry.severity !== 'page') return { ...box, merged: count(entry.alert, box.merged) };
  const oldest = box.outbox.find((other) => other.kind === 'alert');
  if (oldest?.kind !== 'alert') return { ...box, merged: count(entry.alert, box.merged) };
  return {
    outbox: [...box.outbox.filter((other) => other !== oldest), entry],
    merged: count(oldest.alert, box.merged),
  };
}

/** One goal per label: a newer one replaces an older one; the same goal is not asked for twice. */
function putLabel(box: Box, entry: LabelEntry): Box {
  const isSame = (other: OutboxEntry): boolean =>
    other.kind === 'label' && other.label === entry.label && other.version === entry.version;
  if (box.outbox.some(isSame)) return box;
  const others = box.outbox.filter((other) => other.kind !== 'label' || other.label !== entry.label);
  return { ...box, outbox: [...others, entry] };
}
