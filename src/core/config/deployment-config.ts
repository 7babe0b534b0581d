import type { Settings } from './settings';

/** Three letters, as EventBridge writes weekdays. */
export type Weekday = 'MON' | 'TUE' | 'WED' | 'THU' | 'FRI' | 'SAT' | 'SUN';

/**
 * A deployment's configuration after reading: every value present, durations in ms. The written form is
 * `rampart.config.yaml`; see docs/configuration.md for its keys.
 */
export interface DeploymentConfig {
  /** What the controller's use cases need. Policies and bounds stay in their written form. */
  settings: Settings;
  langfuse: {
    baseUrl: string;
    /** Secrets Manager name of `{"publicKey", "secretKey"}`. */
    secretName: string;
    /** null = the server has no limit. */
    requestsPerMinute: number | null;
    timeoutMs: number;
  };
  /** Secrets Manager name of the key that unit ids are hashed with; null = the stack creates one. */
  hashKeySecretName: string | null;
  compareEveryMs: number;
  alerts: { emails: readonly string[] };
  report: {
    /** null = the report is stored and not mailed. */
    mail: {
      from: string;
      to: readonly string[];
      /** `create`: the stack asks SES to verify `from`; `existing`: the address or its domain is verified already. */
      identity: 'create' | 'existing';
    } | null;
    /** When the report of the week that ended is made, in `settings.timeZone`. */
    schedule: { weekday: Weekday; hour: number; minute: number };
  };
  /** null = no endpoint. */
  serve: {
    /** Secrets Manager name of `{"NAME": "KEY", …}`; null = the stack creates one. */
    keysSecretName: string | null;
    /** Most requests at the same time; null = as the account has it. */
    concurrency: number | null;
  } | null;
  retention: { evidenceDays: number; logDays: number };
}
