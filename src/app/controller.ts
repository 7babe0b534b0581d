import type { Settings } from '../core/config/settings';
import type {
  AlertSender,
  DocumentStore,
  Langfuse,
  MailSender,
  ObjectStore,
  PromptStore,
  RequestBudget,
  TickQueue,
} from '../core/ports';
import type { PageCache } from './evidence/page-cache';

export type { Settings };

/** A line of the structured log. */
export interface LogEvent {
  level: 'info' | 'warn' | 'error';
  event: string;
  prompt?: string;
  [fact: string]: unknown;
}

/** Everything the use cases work with; the only thing that differs between AWS, one machine and a simulation. */
export interface Controller {
  langfuse: Langfuse;
  store: PromptStore;
  objects: ObjectStore;
  documents: DocumentStore;
  budget: RequestBudget;
  alerts: AlertSender;
  /** null where no mail is set up. */
  mail: MailSender | null;
  queue: TickQueue;
  /** Keyed hash of a unit id, base64url, 22 characters (128 bits): all that is kept of a unit at rest. */
  hashUnit: (unit: string) => string;
  /** SHA-256 of a text, hex. */
  sha256: (text: string) => string;
  /** Parsed snapshot pages; lives as long as the process. */
  cache: PageCache;
  settings: Settings;
  log: (event: LogEvent) => void;
}
