import type { Weekday } from './deployment-config';

/** What holds where the file says nothing. */
export const DEFAULT_CONFIG = {
  candidateLabel: 'candidate',
  tickEvery: '15m',
  idleReadEvery: '1h',
  compareEvery: '1h',
  assignmentMaxAge: '1m',
  verifyDeadline: '30m',
  langfuse: { requestsPerMinute: 100, timeout: '20s' },
  report: { timeZone: 'UTC', schedule: 'monday 07:00', identity: 'existing' },
  limits: { observationPages: 50, scorePages: 200, lookups: 20 },
  retention: { evidence: '400d', logs: '90d' },
} as const;

/** Weekdays as they are written, and as EventBridge wants them. */
export const WEEKDAYS: Readonly<Record<string, Weekday>> = {
  monday: 'MON',
  tuesday: 'TUE',
  wednesday: 'WED',
  thursday: 'THU',
  friday: 'FRI',
  saturday: 'SAT',
  sunday: 'SUN',
};

/** Days that CloudWatch Logs can keep a log, out of those that people ask for. */
export const LOG_DAYS: readonly number[] = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 731];
