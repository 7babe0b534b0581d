import { parseMetric } from '../metrics/metric';
import { DEFAULT_DEADLINES } from './default-policy';
import { didYouMean } from './did-you-mean';
import { parseDuration } from './duration';
import { checkGuardrails } from './guardrail-rules';
import { show, type Path, type Report } from './problem';
import { minuteOfDay } from './quiet-hours';
import type { Readable } from './read-shape';
import type { WrittenPolicy } from './written-policy';

type ReadablePolicy = Readable<WrittenPolicy>;

/** States what is wrong within single keys of a policy, beyond their shape. Keys that are missing are not judged. */
export function checkKeys(policy: ReadablePolicy, report: Report): void {
  checkSteps(policy.steps ?? [], report);
  checkGuardrails(policy.guardrails ?? [], ['guardrails'], report);
  checkOnce(policy.environments ?? [], ['environments'], report);
  checkDeadlines(policy.deadlines ?? {}, report);
  checkQuietHours(policy.quietHours ?? [], report);
}

/** States what is wrong between the keys of a merged policy. */
export function checkTogether(policy: ReadablePolicy, report: Report): void {
  checkProof(policy, report);
  const last = policy.steps?.findLastIndex((step) => step?.percent !== undefined) ?? -1;
  const percent = policy.steps?.[last]?.percent;
  const { holdout } = policy;
  if (percent !== undefined && holdout !== undefined && percent > 100 - holdout) {
    const most = `at most ${100 - holdout} (100 less the holdout of ${holdout}: nobody loses the candidate on promotion)`;
    report(['steps', last, 'percent'], `expected ${most}, got ${percent}`);
  }
}

/** States what is allowed and should still be known. */
export function checkWarnings(policy: ReadablePolicy, warn: Report): void {
  if (policy.holdout === 0) {
    warn(
      ['holdout'],
      'without a hold-out nothing is compared after the promotion: only floors, ceilings and alarms remain',
    );
  }
  if (policy.watch !== undefined && parseDuration(policy.watch) === 0) {
    warn(['watch'], 'without a watch nothing moves `production` back after the promotion');
  }
}

function checkSteps(steps: NonNullable<ReadablePolicy['steps']>, report: Report): void {
  let previous: number | undefined;
  for (const [index, step] of steps.entries()) {
    const percent = step?.percent;
    if (percent === undefined) continue;
    if (previous !== undefined && percent <= previous) {
      report(['steps', index, 'percent'], `expected percents that rise, above ${previous}, got ${percent}`);
    }
    previous = percent;
  }
}

/** Coverage only holds or rolls back; something else has to prove the candidate safe, and a score should be among it. */
function checkProof(policy: ReadablePolicy, report: Report): void {
  const { guardrails } = policy;
  if (guardrails === undefined) return;
  const kinds = guardrails.map((guardrail) => parseMetric(guardrail?.metric ?? '')?.kind);
  if (kinds.includes(undefined)) return;
  if (kinds.every((kind) => kind === 'coverage')) {
    report(['guardrails'], 'expected a guardrail that can prove a candidate safe, got only coverage');
  }
  if (policy.allowWithoutScores === true || kinds.includes('score')) return;
  const came = kinds.map((_, index) => show(guardrails[index]?.metric)).join(', ');
  report(
    ['guardrails'],
    `expected a guardrail on a score (metric: 'score:NAME'), or allowWithoutScores: true, got only ${came}`,
  );
}

function checkOnce(items: readonly (string | undefined)[], path: Path, report: Report): void {
  for (const [index, item] of items.entries()) {
    if (item !== undefined && items.indexOf(item) < index) {
      report([...path, index], `expected every item once, got ${show(item)} again`);
    }
  }
}

function checkDeadlines(deadlines: NonNullable<ReadablePolicy['deadlines']>, report: Report): void {
  for (const kind of Object.keys(DEFAULT_DEADLINES) as (keyof typeof DEFAULT_DEADLINES)[]) {
    const alert = deadlines[kind]?.alert ?? DEFAULT_DEADLINES[kind].alert;
    const pause = deadlines[kind]?.pause ?? DEFAULT_DEADLINES[kind].pause;
    const [alertMs, pauseMs] = [parseDuration(alert), parseDuration(pause)];
    if (alertMs !== null && pauseMs !== null && alertMs > pauseMs) {
      report(['deadlines', kind, 'alert'], `expected an alert no later than the pause (${pause}), got ${alert}`);
    }
  }
}

function checkQuietHours(quietHours: NonNullable<ReadablePolicy['quietHours']>, report: Report): void {
  for (const [index, quiet] of quietHours.entries()) {
    if (quiet === undefined) continue;
    const path = ['quietHours', index];
    checkOnce(quiet.days ?? [], [...path, 'days'], report);
    checkTime(quiet.from, '23:59', [...path, 'from'], report);
    checkTime(quiet.to, '24:00', [...path, 'to'], report);
    if (quiet.from !== undefined && quiet.from === quiet.to) {
      report(
        [...path, 'to'],
        `expected another time than 'from' (a whole day is 00:00 to 24:00), got ${show(quiet.to)}`,
      );
    }
    checkTimeZone(quiet.timeZone, [...path, 'timeZone'], report);
  }
}

function checkTime(time: string | undefined, latest: string, path: Path, report: Report): void {
  if (time === undefined || (minuteOfDay(time) !== null && time <= latest)) return;
  report(path, `expected a time of day from '00:00' to '${latest}', got ${show(time)}`);
}

function checkTimeZone(zone: string | undefined, path: Path, report: Report): void {
  if (zone === undefined || isTimeZone(zone)) return;
  const hint = didYouMean(zone, Intl.supportedValuesOf('timeZone'));
  report(path, `expected an IANA time zone such as 'Europe/Berlin', got ${show(zone)}${hint}`);
}

function isTimeZone(zone: string): boolean {
  try {
    return /^[a-z]/iu.test(zone) && new Intl.DateTimeFormat('en-US', { timeZone: zone }).format(0) !== '';
  } catch {
    return false;
  }
}
