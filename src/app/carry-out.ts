import { describeAlert } from '../core/item/describe-alert';
import type { OutboxEntry, PromptItem } from '../core/item/prompt-item';
import { isRampartError, RampartError } from '../core/errors';
import type { Controller } from './controller';
import { writeItem } from './write-item';

/** Longer than any call to Langfuse takes. */
const LEASE_MS = 60_000;
const MAX_TRIES = 5;

type LabelEntry = Extract<OutboxEntry, { kind: 'label' }>;

/**
 * Carries out what the item promises: moves labels first, then sends alerts. At least once on the wire, once per
 * transition by message id; what fails stays for the next tick. Never throws for a message that could not be sent.
 */
export async function carryOut(controller: Controller, prompt: string, nowMs: number): Promise<void> {
  const item = await controller.store.read(prompt);
  if (item === null || item.outbox.length === 0) return;
  const done = new Set<string>();
  for (const entry of item.outbox) {
    if (entry.kind === 'label' && (await moveLabel(controller, prompt, entry.id, nowMs))) done.add(entry.id);
  }
  let mailIsDown = false;
  for (const entry of item.outbox) {
    if (entry.kind !== 'alert' || mailIsDown) continue;
    mailIsDown = !(await send(controller, item, entry));
    if (!mailIsDown) done.add(entry.id);
  }
  const merged = !mailIsDown && (await sendMerged(controller, item, nowMs));
  if (done.size > 0 || merged) await remove(controller, prompt, done, merged ? item.mergedAlerts : {});
}

/**
 * Moves a label to its goal: claims the entry by a conditional write, moves, reads back.
 * @returns true when the label is where it should be, or when the goal is no longer one
 */
async function moveLabel(controller: Controller, prompt: string, id: string, nowMs: number): Promise<boolean> {
  try {
    const goal = await claim(controller, prompt, id, nowMs);
    if (goal === null) return false;
    const { granted, retryAtMs } = await controller.budget.take(1, 'label', nowMs);
    if (granted === 0) {
      throw new RampartError('budget_exhausted', 'no request left for a label move', {
        retryAfterMs: retryAtMs - nowMs,
      });
    }
    await controller.langfuse.moveLabel(prompt, goal.version, goal.label);
    const holder = await controller.langfuse.versionByLabel(prompt, goal.label);
    if (holder?.version === goal.version) return true;
    controller.log({
      level: 'warn',
      event: 'label_not_moved',
      prompt,
      label: goal.label,
      expected: goal.version,
      seen: holder?.version ?? null,
    });
    return false;
  } catch (error) {
    if (!isRampartError(error)) throw error;
    if (error.code === 'provider_rate_limited') {
      await controller.budget.blockUntil(nowMs + (error.retryAfterMs ?? LEASE_MS));
    }
    controller.log({ level: 'error', event: 'label_move_failed', prompt, problem: error.message });
    return false;
  }
}

/** Takes the entry for as long as the lease; null when it is gone, changed, or held by another worker. */
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

async function send(
  controller: Controller,
  item: PromptItem,
  entry: Extract<OutboxEntry, { kind: 'alert' }>,
): Promise<boolean> {
  try {
    await controller.alerts.send(describeAlert(controller.settings.deployment, item, entry));
    return true;
  } catch (error) {
    if (!isRampartError(error)) throw error;
    controller.log({
      level: 'error',
      event: 'alert_not_sent',
      prompt: item.prompt,
      alert: entry.alert,
      problem: error.message,
    });
    return false;
  }
}

/** One message for the alerts that found no room while none could be sent. */
async function sendMerged(controller: Controller, item: PromptItem, nowMs: number): Promise<boolean> {
  if (Object.keys(item.mergedAlerts).length === 0) return false;
  return send(controller, item, {
    id: `${item.prompt}#${item.revision}#merged`,
    kind: 'alert',
    alert: 'merged',
    severity: 'warning',
    rolloutId: item.rollout?.id ?? null,
    atMs: nowMs,
    detail: item.mergedAlerts,
  });
}

/** Removes what was carried out, whatever else has been written meanwhile. */
async function remove(
  controller: Controller,
  prompt: string,
  done: ReadonlySet<string>,
  merged: Record<string, number>,
): Promise<void> {
  for (let attempt = 0; attempt < MAX_TRIES; attempt++) {
    const item = await controller.store.read(prompt);
    if (item === null) return;
    const outbox = item.outbox.filter(({ id }) => !done.has(id));
    const mergedAlerts = subtract(item.mergedAlerts, merged);
    try {
      await writeItem(controller, { ...item, revision: item.revision + 1, outbox, mergedAlerts });
      return;
    } catch (error) {
      if (!isRampartError(error, 'revision_conflict')) throw error;
    }
  }
}

function subtract(counts: Record<string, number>, sent: Record<string, number>): Record<string, number> {
  const left = Object.entries(counts).map(([kind, n]) => [kind, n - (sent[kind] ?? 0)] as const);
  return Object.fromEntries(left.filter(([, n]) => n > 0));
}
