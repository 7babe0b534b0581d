import { formatDuration, parseDuration } from '../policy/duration';
import { didYouMean } from '../policy/did-you-mean';
import { show, type Path, type Report } from '../policy/problem';
import type { Readable } from '../policy/read-shape';
import { DEFAULT_CONFIG, LOG_DAYS, WEEKDAYS } from './default-config';
import type { DeploymentConfig } from './deployment-config';
import type { WrittenConfig } from './written-config';

type ReadableConfig = Readable<WrittenConfig>;

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** States what is wrong with a configuration beyond its shape. What is missing or misshapen is not judged again. */
export function checkConfig(config: ReadableConfig, report: Report): void {
  checkTimes(config, report);
  checkReport(config.report ?? {}, report);
  checkRetention(config.retention ?? {}, report);
  for (const [alarm, prompts] of Object.entries(config.alarms ?? {})) {
    checkOnce(prompts ?? [], ['alarms', alarm], report);
  }
  checkOnce(config.alerts?.emails ?? [], ['alerts', 'emails'], report);
}

function checkTimes(config: ReadableConfig, report: Report): void {
  checkBetween(config.tickEvery, { fromMs: MINUTE_MS, toMs: HOUR_MS, wholeMs: MINUTE_MS }, ['tickEvery'], report);
  checkBetween(config.compareEvery, { fromMs: MINUTE_MS, toMs: DAY_MS, wholeMs: MINUTE_MS }, ['compareEvery'], report);
  const tickMs = parseDuration(config.tickEvery ?? DEFAULT_CONFIG.tickEvery) ?? 0;
  checkBetween(config.idleReadEvery, { fromMs: tickMs, toMs: DAY_MS, wholeMs: 1 }, ['idleReadEvery'], report);
  checkBetween(config.assignmentMaxAge, { fromMs: SECOND_MS, toMs: HOUR_MS, wholeMs: 1 }, ['assignmentMaxAge'], report);
  checkBetween(config.verifyDeadline, { fromMs: MINUTE_MS, toMs: DAY_MS, wholeMs: 1 }, ['verifyDeadline'], report);
  const timeout = ['langfuse', 'timeout'];
  checkBetween(config.langfuse?.timeout, { fromMs: SECOND_MS, toMs: MINUTE_MS, wholeMs: 1 }, timeout, report);
}

function checkBetween(
  written: string | undefined,
  { fromMs, toMs, wholeMs }: { fromMs: number; toMs: number; wholeMs: number },
  path: Path,
  report: Report,
): void {
  const ms = written === undefined ? null : parseDuration(written);
  if (ms === null || (ms >= fromMs && ms <= toMs && ms % wholeMs === 0)) return;
  const whole = wholeMs === 1 ? 'a duration' : `a multiple of ${formatDuration(wholeMs)}`;
  report(path, `expected ${whole} from ${formatDuration(fromMs)} to ${formatDuration(toMs)}, got ${show(written)}`);
}

function checkReport(written: NonNullable<ReadableConfig['report']>, report: Report): void {
  const { timeZone, schedule, from, to, identity } = written;
  if (timeZone !== undefined && !isTimeZone(timeZone)) {
    const hint = didYouMean(timeZone, Intl.supportedValuesOf('timeZone'));
    report(['report', 'timeZone'], `expected an IANA time zone such as 'Europe/Berlin', got ${show(timeZone)}${hint}`);
  }
  if (schedule !== undefined && parseSchedule(schedule) === null) {
    const hint = didYouMean(schedule.split(' ')[0] ?? '', Object.keys(WEEKDAYS));
    report(
      ['report', 'schedule'],
      `expected a weekday and a time such as 'monday 07:00', got ${show(schedule)}${hint}`,
    );
  }
  if (from === undefined && to !== undefined) {
    report(['report', 'from'], 'expected a sender, since `to` names recipients, got nothing');
  }
  if (from !== undefined && to === undefined) {
    report(['report', 'to'], 'expected recipients, since `from` names a sender, got nothing');
  }
  if (from === undefined && identity !== undefined) {
    report(['report', 'from'], 'expected a sender, since `identity` says how it is verified, got nothing');
  }
  checkOnce(to ?? [], ['report', 'to'], report);
}

function checkRetention({ evidence, logs }: NonNullable<ReadableConfig['retention']>, report: Report): void {
  checkBetween(
    evidence,
    { fromMs: 90 * DAY_MS, toMs: 3650 * DAY_MS, wholeMs: DAY_MS },
    ['retention', 'evidence'],
    report,
  );
  const logMs = logs === undefined ? null : parseDuration(logs);
  if (logMs === null || LOG_DAYS.includes(logMs / DAY_MS)) return;
  const days = LOG_DAYS.map((day) => `${day}d`).join(', ');
  report(['retention', 'logs'], `expected one of ${days}, got ${show(logs)}`);
}

function checkOnce(items: readonly (string | undefined)[], path: Path, report: Report): void {
  for (const [index, item] of items.entries()) {
    if (item !== undefined && items.indexOf(item) < index) {
      report([...path, index], `expected every item once, got ${show(item)} again`);
    }
  }
}

/**
 * Reads a weekday and a local time of day.
 * @returns null when the text is not `WEEKDAY HH:MM`
 */
export function parseSchedule(schedule: string): DeploymentConfig['report']['schedule'] | null {
  const match = /^([a-z]+) ([01]\d|2[0-3]):([0-5]\d)$/u.exec(schedule);
  const weekday = WEEKDAYS[match?.[1] ?? ''];
  if (match === null || weekday === undefined) return null;
  return { weekday, hour: Number(match[2]), minute: Number(match[3]) };
}

function isTimeZone(zone: string): boolean {
  try {
    return /^[a-z]/iu.test(zone) && new Intl.DateTimeFormat('en-US', { timeZone: zone }).format(0) !== '';
  } catch {
    return false;
  }
}
