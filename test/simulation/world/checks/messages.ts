import type { OutboxEntry } from '../../../../src/core/item/prompt-item';
import { newEvents } from './transitions';
import { type Check, type Facts, type Write, wrong } from './check';

const MAX_AUDIT = 32;
const MAX_OUTBOX = 32;
const MAX_ITEM_BYTES = 64 * 1024;

/** The alert of each transition that has one. */
const ALERT_OF: Record<string, string> = {
  started: 'started',
  promoted: 'promoted',
  rolled_back: 'rolled_back',
  aborted: 'aborted',
};

/** Invariant 4: what a transition has to say is in the same write, and leaves only once it has been said. */
export const messagesSurvive: Check = (write, facts) => {
  const { before, after } = write;
  const told = new Set(newEntries(write).flatMap((entry) => (entry.kind === 'alert' ? [entry.alert] : [])));
  const untold = newEvents(write).filter(({ kind }) => {
    const alert = ALERT_OF[kind];
    return alert !== undefined && !told.has(alert) && !isMerged(write, alert);
  });
  const lost = (before?.outbox ?? []).filter((entry) => isGone(write, entry) && !mayLeave(write, facts, entry));
  return wrong(
    [untold.length > 0, `no alert of ${untold.map(({ kind }) => kind).join()}`],
    [lost.length > 0, `dropped before it was carried out: ${lost.map((entry) => JSON.stringify(entry)).join()}`],
    [new Set(after.outbox.map(({ id }) => id)).size < after.outbox.length, 'two messages have the same id'],
  );
};

/** Messages that a write added. */
export function newEntries({ before, after }: Write): OutboxEntry[] {
  const known = new Set(before?.outbox.map(({ id }) => id));
  return after.outbox.filter(({ id }) => !known.has(id));
}

function isGone({ after }: Write, entry: OutboxEntry): boolean {
  return !after.outbox.some(({ id }) => id === entry.id);
}

function isMerged({ before, after }: Write, alert: string): boolean {
  return (after.mergedAlerts[alert] ?? 0) > (before?.mergedAlerts[alert] ?? 0);
}

/** An alert leaves when it was delivered or counted; a label move when it was made or its goal is no longer one. */
function mayLeave(write: Write, facts: Facts, entry: OutboxEntry): boolean {
  if (entry.kind === 'alert') return facts.delivered.has(entry.id) || isMerged(write, entry.alert);
  if (entry.attempts > 0) return true;
  const goal = write.after.rollout?.verification ?? null;
  const isReplaced = write.after.outbox.some((other) => other.kind === 'label' && other.label === entry.label);
  return isReplaced || goal === null || goal.verifiedAtMs !== null;
}

/** Invariant 6: a label is claimed only for a goal that still is one. */
export const goalsAreCurrent: Check = ({ before, after }) => {
  const claimed = after.outbox.filter((entry) => {
    const earlier = before?.outbox.find(({ id }) => id === entry.id);
    return entry.kind === 'label' && earlier?.kind === 'label' && entry.attempts > earlier.attempts;
  });
  return claimed.flatMap((entry) => {
    if (entry.kind !== 'label' || after.rollout === null) return [];
    const goal = after.rollout.verification?.production ?? null;
    return wrong([goal !== entry.version, `moves production to ${entry.version} although the goal is ${goal}`]);
  });
};

/** The item keeps within its budget, and no audit event is lost on its way to the history. */
export const keepsItsBudget: Check = ({ before, after, json }, facts) => {
  const kept = new Set(after.audit.map(({ id }) => id));
  const lost = (before?.audit ?? []).filter(({ id }) => !kept.has(id) && !facts.history.has(id));
  return wrong(
    [after.audit.length > MAX_AUDIT, `${after.audit.length} audit events`],
    [after.outbox.length > MAX_OUTBOX, `${after.outbox.length} messages`],
    [Buffer.byteLength(json) > MAX_ITEM_BYTES, `${Buffer.byteLength(json)} bytes`],
    [lost.length > 0, `audit events were lost: ${lost.map(({ id }) => id).join()}`],
  );
};
