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
import type { PageCache } from './evidence/page-tree';

/** What a deployment decides once; read from its configuration file and validated before anything runs. */
export interface Settings {
  /** Name of the deployment, shown in alerts and mails. */
  deployment: string;
  /** The label that starts a rollout. */
  candidateLabel: string;
  /** Default policy, written form (see docs/policy.md). */
  defaultPolicy: unknown;
  /** Per-prompt policies, written form, by prompt name. */
  promptPolicies: Readonly<Record<string, unknown>>;
  /** Bounds that a policy may only be stricter than, written form; null = none. */
  bounds: unknown;
  /** CloudWatch alarm name → prompts whose running rollout it rolls back. */
  alarms: Readonly<Record<string, readonly string[]>>;
  tickEveryMs: number;
  /** How often a prompt without a rollout is read for the weekly numbers. */
  idleReadEveryMs: number;
  /** Upper limits of what one tick of one prompt reads; the rest is read by the next tick. */
  maxPagesPerTick: { observations: number; scores: number; lookups: number };
  /** How long a runtime may keep serving an older assignment. */
  assignmentMaxAgeMs: number;
  /** How long a label may take to be seen on the right version before that is an alert of its own. */
  verifyDeadlineMs: number;
  /** IANA time zone of the weekly report. */
  timeZone: string;
}

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
