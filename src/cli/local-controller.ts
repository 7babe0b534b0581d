import { join } from 'node:path';
import { folderDocumentStore } from '../adapters/local/folder-document-store';
import { folderObjectStore } from '../adapters/local/folder-object-store';
import { folderPromptStore } from '../adapters/local/folder-prompt-store';
import { folderRequestBudget } from '../adapters/local/folder-request-budget';
import { folderAlertSender, folderMailSender } from '../adapters/local/folder-senders';
import { folderHashKey } from '../adapters/local/hash-key';
import { publishingStore, type PublishingStore } from '../adapters/local/published-assignments';
import { memoryTickQueue } from '../adapters/local/memory-senders';
import { createLangfuse } from '../adapters/langfuse/create-langfuse';
import { hashUnitWith, sha256 } from '../../lambdas/hashing';
import type { Controller, LogEvent } from '../app/controller';
import { pageCache } from '../app/evidence/page-cache';
import type { AlertMessage, AlertSender, Clock, Langfuse } from '../core/ports';
import type { LangfuseAccess } from './langfuse-access';
import type { LocalConfig } from './local-config';
import { configuring } from './problem';

const CACHE_BYTES = 32 * 1024 * 1024;

/** The file in the state folder that runtimes read. */
const ASSIGNMENTS_FILE = 'assignments.json';

/** A controller whose ticks wait in memory, and whose assignments are in a file too. */
export type LocalController = Controller & { queue: ReturnType<typeof memoryTickQueue>; store: PublishingStore };

/** What the local mode tells people while it works. */
export interface Announce {
  alert: (message: AlertMessage) => void;
  log: (event: LogEvent) => void;
}

/** Langfuse with the user's keys. */
export function userLangfuse(access: LangfuseAccess, config: LocalConfig): Langfuse {
  return configuring(() => createLangfuse({ ...access, timeoutMs: config.langfuse.timeoutMs }));
}

/** A controller over a state folder and a real Langfuse: the same use cases as in AWS. Makes the hash key when there is none. */
export async function localController(
  folder: string,
  config: LocalConfig,
  langfuse: Langfuse,
  now: Clock,
  announce: Announce,
): Promise<LocalController> {
  const { mail } = config.report;
  const perMinute = config.langfuse.requestsPerMinute;
  const limits = perMinute === null ? null : { perMinute, burst: Math.max(2, Math.ceil(perMinute / 2)) };
  return {
    langfuse,
    store: publishingStore(folderPromptStore({ folder }), {
      path: join(folder, ASSIGNMENTS_FILE),
      maxAgeMs: config.settings.assignmentMaxAgeMs,
      onFailure: (error) =>
        announce.log({ level: 'error', event: 'assignments_not_published', problem: String(error) }),
    }),
    objects: folderObjectStore({ folder }),
    documents: folderDocumentStore({ folder }),
    budget: folderRequestBudget({ folder, limits }),
    alerts: announced(folderAlertSender({ folder }), announce.alert),
    mail: mail === null ? null : folderMailSender({ folder, from: mail.from, to: mail.to, now }),
    queue: memoryTickQueue(),
    hashUnit: hashUnitWith(await folderHashKey(folder)),
    sha256,
    cache: pageCache(CACHE_BYTES),
    settings: config.settings,
    log: announce.log,
  };
}

/** On the disk first, then on the terminal. */
function announced(sender: AlertSender, announce: Announce['alert']): AlertSender {
  return {
    async send(message) {
      await sender.send(message);
      announce(message);
    },
  };
}
