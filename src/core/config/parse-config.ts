import { parseDuration } from '../policy/duration';
import { collectProblems, type Problem } from '../policy/problem';
import { readShape } from '../policy/read-shape';
import { SHIPPED_BOUNDS } from '../policy/written-bounds';
import { checkConfig, parseSchedule } from './config-rules';
import { DEFAULT_CONFIG } from './default-config';
import type { DeploymentConfig } from './deployment-config';
import { policyProblems } from './policy-problems';
import type { Settings } from './settings';
import { writtenConfig, writtenPrompt, type WrittenConfig } from './written-config';

/** A configuration, or everything that is wrong with it. */
export type ParsedConfig = { ok: true; config: DeploymentConfig } | { ok: false; problems: Problem[] };

/**
 * Reads the configuration of a deployment: shape, rules, policies and bounds, all problems at once.
 * @param value read from YAML or JSON
 */
export function parseConfig(value: unknown): ParsedConfig {
  const { problems: shapeProblems, readable } = readShape(writtenConfig, value);
  const problems = collectProblems((report) => {
    for (const { path, message } of shapeProblems) report(path, message);
    checkConfig(readable, report);
  });
  const bounds = boundsOf(readable.bounds);
  problems.push(...policyProblems({ policy: readable.policy, prompts: readable.prompts ?? {}, bounds }));
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, config: normalise(writtenConfig.parse(value)) };
}

/** What AWS deployments are bound by unless the file says otherwise; null where it says `none`. */
function boundsOf(written: unknown): unknown {
  if (written === undefined) return SHIPPED_BOUNDS;
  return written === 'none' ? null : written;
}

function normalise(written: WrittenConfig): DeploymentConfig {
  const { langfuse, report, retention, serve } = written;
  const limit = langfuse.requestsPerMinute ?? DEFAULT_CONFIG.langfuse.requestsPerMinute;
  return {
    settings: settingsOf(written),
    langfuse: {
      baseUrl: langfuse.baseUrl,
      secretName: langfuse.secretName,
      requestsPerMinute: limit === 'unlimited' ? null : limit,
      timeoutMs: ms(langfuse.timeout ?? DEFAULT_CONFIG.langfuse.timeout),
    },
    hashKeySecretName: written.hashKeySecretName ?? null,
    compareEveryMs: ms(written.compareEvery ?? DEFAULT_CONFIG.compareEvery),
    alerts: { emails: written.alerts?.emails ?? [] },
    report: {
      mail: mailOf(report),
      schedule: present(parseSchedule(report?.schedule ?? DEFAULT_CONFIG.report.schedule), 'report.schedule'),
    },
    serve:
      serve === undefined
        ? null
        : { keysSecretName: serve.keysSecretName ?? null, concurrency: serve.concurrency ?? null },
    retention: {
      evidenceDays: days(retention?.evidence ?? DEFAULT_CONFIG.retention.evidence),
      logDays: days(retention?.logs ?? DEFAULT_CONFIG.retention.logs),
    },
  };
}

function settingsOf(written: WrittenConfig): Settings {
  const policies = Object.entries(written.prompts ?? {}).map(([prompt, value]) => {
    return [prompt, writtenPrompt.parse(value).policy] as const;
  });
  const { limits } = DEFAULT_CONFIG;
  return {
    deployment: written.deployment,
    candidateLabel: written.candidateLabel ?? DEFAULT_CONFIG.candidateLabel,
    defaultPolicy: written.policy ?? {},
    promptPolicies: Object.fromEntries(policies.filter(([, policy]) => policy !== undefined)),
    bounds: boundsOf(written.bounds),
    alarms: written.alarms ?? {},
    tickEveryMs: ms(written.tickEvery ?? DEFAULT_CONFIG.tickEvery),
    idleReadEveryMs: ms(written.idleReadEvery ?? DEFAULT_CONFIG.idleReadEvery),
    maxPagesPerTick: {
      observations: written.limits?.observationPages ?? limits.observationPages,
      scores: written.limits?.scorePages ?? limits.scorePages,
      lookups: written.limits?.lookups ?? limits.lookups,
    },
    assignmentMaxAgeMs: ms(written.assignmentMaxAge ?? DEFAULT_CONFIG.assignmentMaxAge),
    verifyDeadlineMs: ms(written.verifyDeadline ?? DEFAULT_CONFIG.verifyDeadline),
    timeZone: written.report?.timeZone ?? DEFAULT_CONFIG.report.timeZone,
  };
}

function mailOf(report: WrittenConfig['report']): DeploymentConfig['report']['mail'] {
  if (report?.from === undefined || report.to === undefined) return null;
  return { from: report.from, to: report.to, identity: report.identity ?? DEFAULT_CONFIG.report.identity };
}

function ms(duration: string): number {
  return present(parseDuration(duration), duration);
}

function days(duration: string): number {
  return ms(duration) / 86_400_000;
}

/** The rules have run: what is null here is a mistake of ours. */
function present<T>(value: T | null, what: string): T {
  if (value === null) throw new Error(`configuration: ${what} passed the rules and cannot be read`);
  return value;
}
