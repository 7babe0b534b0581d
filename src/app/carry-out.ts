import { describeAlert } from '../core/item/describe-alert';
import { withoutSent } from '../core/item/next-item';
import type { LabelEntry } from '../core/item/outbox';
import type { PromptItem } from '../core/item/prompt-item';
import { isRampartError, RampartError, type ErrorCode } from '../core/errors';
import type { Controller } from './controller';
import { handBack } from './hand-back';
import { rewriteItem } from './rewrite-item';
import { writeItem } from './write-item';

/** Longer than a tick and its longest call: the time of a claim is the time at which its tick began. */
export const LEASE_MS = 11 * 60_000;
const AFTER_429_MS = 60_000;
/** What says that no other message would get through either. */
const CHANNEL_IS_DOWN: readonly ErrorCode[] = ['provider_auth', 'provider_rate_limited', 'provider_unavailable'];

/**
 * Carries out what the item promises: moves labels first, then sends alerts, then removes what is done. At least once on
 * the wire, once per transition by message id; what fails stays for the next tick. Never throws for a message that could
 * not be sent.
 */
export async function carryOut(controller: Controller, prompt: string, nowMs: number): Promise<void> {
  const item = await controller.store.read(prompt);
  if (item === null) return;
  const done = new Set<string>();
  try {
    for (const { id, kind } of item.outbox) {
      if (kind === 'label' && (await moveLabel(controller, prompt, id, nowMs))) done.add(id);
    }
    await sendAlerts(controller, item, done);
  } finally {
    await remove(controller, prompt, done, nowMs);
  }
}

/**
 * Moves a label to its goal: claims the entry by a conditional write, moves, reads back. A claim that came to nothing is handed
 * back; that of a worker that died ends with its lease.
 * @returns true when the label is where it should be and nobody can move it to an older goal any more
 */
async function moveLabel(controller: Controller, prompt: string, id: string, nowMs: number): Promise<boolean> {
  let goal: LabelEntry | null = null;
  try {
    goal = await claim(controller, prompt, id, nowMs);
    if (goal === null) return false;
    const { granted, retryAtMs } = await controller.budget.take(1, 'label', nowMs);
    if (granted === 0) {
      throw new RampartError('budget_exhausted', 'no request left for a label move', {
        retryAfterMs: retryAtMs - nowMs,
      });
    }
    await controller.langfuse.moveLabel(prompt, goal.version, goal.label);
    if (await isMoved(controller, prompt, goal)) return (goal.contestedUntilMs ?? 0) <= nowMs;
    await handBack(controller, prompt, goal, null);
  } catch (error) {
    if (!isRampartError(error)) throw error;
    if (error.code === 'provider_rate_limited') {
      await controller.budget.blockUntil(nowMs + (error.retryAfterMs ?? AFTER_429_MS));
    }
    controller.log({ level: 'error', event: 'label_move_failed', prompt, problem: error.message });
    if (goal !== null) await handBack(controller, prompt, goal, error);
  }
  return false;
}

/** Reads back: the version alone holds the label. Two holders are possible, and are not what was asked for. */
async function isMoved(controller: Controller, prompt: string, { label, version }: LabelEntry): Promise<boolean> {
  const holders = await controller.langfuse.versionsWithLabel(prompt, label);
  if (holders.length === 1 && holders[0] === version) return true;
  controller.log({ level: 'warn', event: 'label_not_moved', prompt, label, expected: version, seen: holders });
  return false;
}

/** Takes the entry for as long as the lease; null when it is gone, or held by another worker. */
async function claim(controller: Controller, prompt: string, id: string, nowMs: number): Promise<LabelEntry | null> {
  const item = await controller.store.read(prompt);
  const entry = item?.outbox.find((other) => other.id === id);
  if (item === null || entry?.kind !== 'label' || (entry.leaseUntilMs ?? 0) > nowMs) return null;
  const claimed: LabelEntry = { ...entry, leaseUntilMs: nowMs + LEASE_MS, attempts: entry.attempts + 1 };
  const outbox = item.outbox.map((other) => (other.id === id ? claimed : other));
  try {
    await writeItem(controller, { ...item, revision: item.revision + 1, outbox });
  } catch (error) {
    if (isRampartError(error, 'revision_conflict')) return null;
    throw error;
  }
  return claimed;
}

/** Sends the alerts in their order. One that is refused stays and stops no other; a channel that is down stops all. */
async function sendAlerts(controller: Controller, item: PromptItem, done: Set<string>): Promise<void> {
  for (const entry of item.outbox) {
    if (entry.kind !== 'alert') continue;
    try {
      await controller.alerts.send(describeAlert(controller.settings.deployment, item, entry));
      done.add(entry.id);
    } catch (error) {
      if (!isRampartError(error)) throw error;
      const { alert } = entry;
      const problem = error.message;
      controller.log({ level: 'error', event: 'alert_not_sent', prompt: item.prompt, alert, problem });
      if (CHANNEL_IS_DOWN.includes(error.code)) return;
    }
  }
}

/** Removes what was carried out, whatever else has been written meanwhile. What cannot be removed is sent again. */
async function remove(controller: Controller, prompt: string, done: ReadonlySet<string>, nowMs: number): Promise<void> {
  try {
    await rewriteItem(controller, prompt, (item) => withoutSent(item, done, nowMs));
  } catch (error) {
    if (!isRampartError(error, 'revision_conflict')) throw error;
    controller.log({ level: 'warn', event: 'outbox_not_cleared', prompt, entries: done.size });
  }
}
