import type { Rollout } from '../rollout/rollout';
import { jsonBytes, MAX_OUTBOX_BYTES } from './item-size';
import type { OutboxEntry, PromptItem } from './prompt-item';

/** Messages kept in the item. */
export const MAX_OUTBOX = 32;
/** Places that only label moves and pages may take, so that a rollback's write always fits. */
const RESERVED_OUTBOX = 6;

export type AlertEntry = Extract<OutboxEntry, { kind: 'alert' }>;
export type LabelEntry = Extract<OutboxEntry, { kind: 'label' }>;

/** What is still to be carried out, and how many alerts found no room, by kind. */
export interface Box {
  outbox: readonly OutboxEntry[];
  merged: PromptItem['mergedAlerts'];
}

/** The box with the alert. One that finds no room is counted; a page takes the place of something less urgent, or older. */
export function putAlert(box: Box, entry: AlertEntry): Box {
  if (fits(box, entry)) return { ...box, outbox: [...box.outbox, entry] };
  const victim = entry.severity === 'page' ? leastUrgent(box) : null;
  if (victim === null) return { ...box, merged: count(entry.alert, box.merged) };
  const outbox = box.outbox.filter((other) => other !== victim);
  return putAlert({ outbox, merged: count(victim.alert, box.merged) }, entry);
}

/** One place is always left for a label move. */
function fits({ outbox }: Box, entry: AlertEntry): boolean {
  const isPage = entry.severity === 'page';
  const alerts = outbox.filter(({ kind }) => kind === 'alert');
  const places = isPage ? MAX_OUTBOX - 1 : MAX_OUTBOX - RESERVED_OUTBOX;
  const maxBytes = isPage ? MAX_OUTBOX_BYTES.page : MAX_OUTBOX_BYTES.alert;
  return alerts.length < places && jsonBytes([...alerts, entry]) <= maxBytes;
}

function leastUrgent({ outbox }: Box): AlertEntry | null {
  const alerts = outbox.filter((entry) => entry.kind === 'alert');
  return alerts.find(({ severity }) => severity !== 'page') ?? alerts[0] ?? null;
}

function count(kind: string, merged: Box['merged']): Box['merged'] {
  return { ...merged, [kind]: (merged[kind] ?? 0) + 1 };
}

/** Once there is room, one message says how many alerts of each kind found none. */
export function addMergedAlerts(box: Box, stamp: Pick<AlertEntry, 'id' | 'rolloutId' | 'atMs'>): Box {
  if (Object.keys(box.merged).length === 0) return box;
  const entry: AlertEntry = { ...stamp, kind: 'alert', alert: 'merged', severity: 'warning', detail: box.merged };
  return fits(box, entry) ? { outbox: [...box.outbox, entry], merged: {} } : box;
}

/** One goal per label: a newer one replaces an older one; the same goal is not asked for twice. */
export function putLabel(box: Box, entry: LabelEntry): Box {
  const before = box.outbox.find((other) => other.kind === 'label' && other.label === entry.label);
  if (before?.kind !== 'label') return { ...box, outbox: [...box.outbox, entry] };
  if (before.version === entry.version) return box;
  const { leaseUntilMs, contestedUntilMs: untilMs, unansweredUntilMs } = before;
  const contestedUntilMs = Math.max(leaseUntilMs ?? 0, untilMs ?? 0, unansweredUntilMs ?? 0);
  const contested = contestedUntilMs > entry.atMs ? { ...entry, contestedUntilMs } : entry;
  return { ...box, outbox: [...box.outbox.filter((other) => other !== before), contested] };
}

/** Without the goals that the rollout no longer has: somebody else moved the label, or the rollout ended otherwise. */
export function keepCurrentGoals(outbox: readonly OutboxEntry[], rollout: Rollout | null): readonly OutboxEntry[] {
  if (rollout === null) return outbox;
  const production = rollout.verification?.production;
  return outbox.filter(
    (entry) => entry.kind !== 'label' || entry.label !== 'production' || entry.version === production,
  );
}
