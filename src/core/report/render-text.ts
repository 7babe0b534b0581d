import { describeReading, differenceText, valueText } from './change-words';
import { armLine } from '../comparison/render-text';
import { timeWriter } from './local-time';
import { INTERVAL_NOTE } from './notes';
import { byteLength, plainText } from './plain-text';
import type { PromptWeek } from './prompt-week';
import { fullSentence } from './sentence';
import { healthOf, totalsText } from './health-words';
import { trendText } from './trend-chart';
import { byUrgency, headline, type WeeklyReport } from './weekly-report';

/** An SNS message holds 256 KB; a mail of plain text should stay readable. */
export const MAX_TEXT_BYTES = 100_000;
const MAX_EVENTS = 20;
const MAX_LINES = 40;
const MAX_TRENDS = 4;

/** The report as plain text. Prompts that do not fit are counted at the end. */
export function renderText(report: WeeklyReport): string {
  const when = timeWriter(report.timeZone);
  const prompts = byUrgency(report.prompts);
  const top = [
    `Prompts of ${plainText(report.deployment)}, week ${report.week}`,
    fullSentence(headline(report)),
    `${when(report.fromMs)} to ${when(report.toMs)}, ${report.timeZone}; made ${when(report.madeAtMs)}.`,
  ].join('\n');
  const end = `\n\n${`${totalsText(report)} ${INTERVAL_NOTE}`.trimStart()}\n`;
  const parts = prompts.map((week) => `\n\n${promptText(week, report.trendWeeks, when)}`);
  const empty = prompts.length === 0 ? '\n\nNo prompt has been seen yet.' : '';
  let text = top + empty;
  let left = MAX_TEXT_BYTES - byteLength(top + empty + end) - byteLength(leftOut(prompts.length));
  let shown = 0;
  for (const part of parts) {
    left -= byteLength(part);
    if (left < 0) break;
    text += part;
    shown++;
  }
  return text + leftOut(prompts.length - shown) + end;
}

function promptText(week: PromptWeek, trendWeeks: readonly string[], when: (atMs: number) => string): string {
  const events = week.events.slice(-MAX_EVENTS);
  const reading = describeReading(week, when);
  return [
    `== ${plainText(week.prompt)} ==`,
    plainText(week.sentence),
    `Now: ${plainText(fullSentence(week.state))}`,
    ...(reading === '' ? [] : [reading]),
    ...week.needs.map((need) => `NEEDS A PERSON: ${plainText(fullSentence(need))}`),
    ...changeLines(week),
    ...versionLines(week),
    ...comparisonLines(week),
    ...week.trends.slice(0, MAX_TRENDS).map((trend) => `  ${plainText(trendText(trend, trendWeeks))}`),
    ...healthOf(week).map((fact) => `  data: ${fact}`),
    ...(events.length < week.events.length ? [`  (${week.events.length - events.length} earlier events)`] : []),
    ...events.map(({ atMs, text }) => `  ${when(atMs)}: ${plainText(fullSentence(text))}`),
  ].join('\n');
}

function changeLines({ changes }: PromptWeek): string[] {
  return changes.slice(0, MAX_LINES).map((change) => {
    const { label, unit, now, before } = change;
    const difference = differenceText(change);
    const was = before === null ? '' : `; week before ${valueText(unit, before)}`;
    return `  ${plainText(label)}: ${valueText(unit, now)}${was}${difference === '' ? '' : `; ${difference}`}`;
  });
}

function comparisonLines({ comparison }: PromptWeek): string[] {
  if (comparison === null) return [];
  const sentence = plainText(fullSentence(comparison.sentence));
  return [
    `  comparison over ${plainText(comparison.metric)}: ${sentence}`,
    ...comparison.arms.map((arm) => `  ${plainText(armLine(arm))}`),
  ];
}

function versionLines({ versions: { versions, rows } }: PromptWeek): string[] {
  if (versions.length < 2) return versions.map((version) => `  all generations were of version ${version}`);
  return versions.slice(0, MAX_LINES).map((version, index) => {
    const values = rows.slice(0, MAX_LINES).flatMap(({ label, unit, values }) => {
      const value = values[index] ?? null;
      return value === null ? [] : [`${plainText(label)} ${valueText(unit, value)}`];
    });
    return `  version ${version}: ${values.join(', ')}`;
  });
}

function leftOut(missing: number): string {
  return missing === 0 ? '' : `\n\n${missing} further prompts are only in the stored JSON.`;
}
