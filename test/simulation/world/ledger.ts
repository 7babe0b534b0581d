import type { Assignment } from '../../../src/core/assignment/assignment';
import type { Manifest } from '../../../src/core/evidence/manifest';
import type { PromptItem } from '../../../src/core/item/prompt-item';
import { memoryObjectStore } from '../../../src/adapters/local/memory-object-store';
import { memoryPromptStore } from '../../../src/adapters/local/memory-prompt-store';
import type { AlertMessage, AlertSender, ObjectStore, PromptStore } from '../../../src/core/ports';
import { PRIVATE } from './audience';
import type { Check, Facts, Write } from './checks/check';
import { goalsAreCurrent, keepsItsBudget, messagesSurvive, newEntries } from './checks/messages';
import { goesBackToWhatExists, judgedInEveryState, servesTheRollout } from './checks/safety';
import { advanceNeedsProof, aPersonWins, oneTransition, startsOnce } from './checks/transitions';
import type { Job } from './job';

const CHECKS: readonly Check[] = [
  oneTransition,
  advanceNeedsProof,
  aPersonWins,
  startsOnce,
  judgedInEveryState,
  goesBackToWhatExists,
  servesTheRollout,
  messagesSurvive,
  goalsAreCurrent,
  keepsItsBudget,
];

export type Ledger = ReturnType<typeof createLedger>;

/**
 * Sees everything that is stored and sent, checks every write when it happens, and remembers what is needed to check the
 * whole in the end. Problems are collected, not thrown: the product must not catch them.
 */
export function createLedger(world: Pick<Facts, 'exists' | 'isWished'> & { nowMs: () => number }) {
  const problems: string[] = [];
  const items = new Map<string, PromptItem>();
  const manifests = new Map<string, Manifest>();
  const assignments = new Map<string, { atMs: number; assignment: Assignment }[]>();
  const promised = new Map<string, string>();
  const mergedPromised = new Map<string, number>();
  const delivered = new Map<string, AlertMessage>();
  const history = new Set<string>();
  const audit = new Set<string>();
  const startedByLabel = new Set<string>();
  const facts: Facts = { ...world, delivered, history, startedByLabel };
  const memory = { store: memoryPromptStore(), objects: memoryObjectStore() };

  function noPrivate(where: string, text: string): void {
    if (text.includes(PRIVATE)) problems.push(`private data in ${where}`);
  }

  function record(write: Write): void {
    const { before, after } = write;
    for (const check of CHECKS) {
      for (const problem of check(write, facts)) problems.push(`${check.name}: ${after.prompt}: ${problem}`);
    }
    noPrivate(`the item of ${after.prompt}`, write.json);
    items.set(after.prompt, after);
    for (const entry of newEntries(write)) if (entry.kind === 'alert') promised.set(entry.id, entry.alert);
    for (const { id } of after.audit) audit.add(id);
    for (const [alert, n] of Object.entries(after.mergedAlerts)) {
      const more = n - (before?.mergedAlerts[alert] ?? 0);
      if (more > 0) mergedPromised.set(alert, (mergedPromised.get(alert) ?? 0) + more);
    }
    const documents = assignments.get(after.prompt) ?? [];
    assignments.set(after.prompt, documents);
    documents.push({ atMs: world.nowMs(), assignment: after.assignment });
    const { rollout } = after;
    if (rollout !== null && rollout.id !== before?.rollout?.id && rollout.startedBy === 'label') {
      startedByLabel.add(`${after.prompt}/${rollout.candidate}`);
    }
    for (const event of after.audit) {
      if (event.kind === 'released') startedByLabel.delete(`${after.prompt}/${event.detail['version']}`);
    }
  }

  /** The stores and the alert sender as one job sees them. */
  function portsFor(job: Job): { store: PromptStore; objects: ObjectStore; alerts: AlertSender } {
    let faultsAtRead = 0;
    return {
      store: {
        ...memory.store,
        async read(prompt) {
          faultsAtRead = job.faults.length;
          return memory.store.read(prompt);
        },
        async write(after) {
          await memory.store.write(after);
          const before = items.get(after.prompt) ?? null;
          const manifest = after.manifest === null ? null : (manifests.get(after.manifest) ?? null);
          const faultsSinceRead = job.faults.slice(faultsAtRead);
          record({ before, after, json: JSON.stringify(after), job, faultsSinceRead, manifest });
        },
        async appendHistory(prompt, events) {
          await memory.store.appendHistory(prompt, events);
          for (const { id } of events) history.add(id);
        },
      },
      objects: {
        get: (name, range) => memory.objects.get(name, range),
        async put(prefix, bytes) {
          const name = await memory.objects.put(prefix, bytes);
          const text = new TextDecoder().decode(bytes);
          noPrivate(name, text);
          if (prefix === 'manifest') manifests.set(name, JSON.parse(text) as Manifest);
          if (manifests.size > 50) manifests.delete(manifests.keys().next().value!);
          return name;
        },
      },
      alerts: {
        async send(message) {
          const before = delivered.get(message.id);
          if (before !== undefined && JSON.stringify(before) !== JSON.stringify(message)) {
            problems.push(`alert ${message.id} was sent twice with different texts`);
          }
          noPrivate(`alert ${message.id}`, JSON.stringify(message));
          delivered.set(message.id, message);
        },
      },
    };
  }

  /** The assignment that was stored last at a time. */
  function assignmentAt(prompt: string, atMs: number): Assignment | null {
    return assignments.get(prompt)?.findLast((document) => document.atMs <= atMs)?.assignment ?? null;
  }

  /** What is missing when nothing is on its way any more. */
  function missingAtRest(): string[] {
    const missing: string[] = [];
    for (const [prompt, item] of items) {
      if (item.outbox.length > 0) missing.push(`${prompt}: still to be sent: ${JSON.stringify(item.outbox)}`);
      const kept = new Set(item.audit.map(({ id }) => id));
      for (const id of audit) {
        if (id.startsWith(`${prompt}#`) && !kept.has(id) && !history.has(id)) missing.push(`audit event ${id} is lost`);
      }
    }
    const merged = mergedDelivered(delivered.values());
    for (const [alert, n] of mergedPromised) {
      if ((merged.get(alert) ?? 0) < n) missing.push(`${n} ${alert} were merged, ${merged.get(alert) ?? 0} reported`);
    }
    const undelivered = [...promised].filter(([id]) => !delivered.has(id));
    const room = [...mergedPromised.values()].reduce((sum, n) => sum + n, 0);
    if (undelivered.length > room) missing.push(`alerts never arrived: ${undelivered.map(String).join()}`);
    return missing;
  }

  return { problems, items, delivered, assignmentAt, missingAtRest, portsFor, memory };
}

/** Counts in the messages about merged alerts, by kind. */
function mergedDelivered(messages: Iterable<AlertMessage>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { text, attributes } of messages) {
    if (attributes['alert'] !== 'merged') continue;
    for (const [, alert, n] of text.matchAll(/^(\w+): (\d+)$/gmu)) {
      counts.set(alert!, (counts.get(alert!) ?? 0) + Number(n));
    }
  }
  return counts;
}
