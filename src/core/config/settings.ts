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
