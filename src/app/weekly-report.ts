import { RampartError } from '../core/errors';
import { asciiSubject } from '../core/item/describe-alert';
import type { PromptItem } from '../core/item/prompt-item';
import { timeWriter } from '../core/report/local-time';
import { plainText } from '../core/report/markup';
import { promptWeek, type PromptWeek } from '../core/report/prompt-week';
import { renderHtml } from '../core/report/render-html';
import { renderText } from '../core/report/render-text';
import { lastWeek, parseWeek, periodOf, weekBefore, type IsoWeek } from '../core/report/week';
import { headline, type WeeklyReport } from '../core/report/weekly-report';
import type { Controller } from './controller';
import { KEPT_DAYS } from './evidence/snapshot';
import { allPrompts } from './report/all-prompts';
import { readEvents } from './report/read-events';
import { readNumbers } from './report/read-numbers';

const DAY_MS = 24 * 3_600_000;

export interface WeeklyReportResult {
  /** ISO week, `2026-W47`. */
  week: string;
  /** False when the week's report had been sent before. */
  sent: boolean;
  html: string;
  /** A `WeeklyReport`. */
  json: unknown;
}

/**
 * Makes, stores and sends the report of an ISO week in the deployment's time zone: as a mail, or as an alert's text where
 * no mail is set up. A week that was sent is not sent again, unless forced; its stored report is returned.
 *
 * Stored first, then sent, then marked as sent: a crash in between may send it a second time with the same message id,
 * and loses nothing. So may two runs at the same moment.
 * @param options `week`: `2026-W47`, default the one that ended last; `force`: make and send it again
 * @throws RampartError `bad_input` for a week that is none, has not ended, or whose numbers are no longer kept; and what
 * the ports throw, in which case the next run tries again
 */
export async function weeklyReport(
  controller: Controller,
  nowMs: number,
  options: { week?: string; force?: boolean },
): Promise<WeeklyReportResult> {
  const { timeZone } = controller.settings;
  const week = options.week === undefined ? lastWeek(timeZone, nowMs) : parseWeek(options.week);
  const isForced = options.force === true;
  if (!isForced) {
    const stored = await readSent(controller, week);
    if (stored !== null) return stored;
  }
  checkWeek(week, timeZone, nowMs);
  const report = await makeReport(controller, week, nowMs);
  const html = renderHtml(report);
  await storeReport(controller, report, html);
  await sendReport(controller, report, html, isForced ? `report/${week.text}/${nowMs}` : `report/${week.text}`);
  await controller.documents.putDocument(`reports/${week.text}.sent`, JSON.stringify({ atMs: nowMs }), {
    contentType: 'application/json',
    ifAbsent: true,
  });
  controller.log({ level: 'info', event: 'report_sent', week: week.text, prompts: report.prompts.length });
  return { week: week.text, sent: true, html, json: report };
}

/** The stored report of a week that was sent; null when it has to be made. */
async function readSent({ documents }: Controller, { text: week }: IsoWeek): Promise<WeeklyReportResult | null> {
  if ((await documents.getDocument(`reports/${week}.sent`)) === null) return null;
  const html = await documents.getDocument(`reports/${week}.html`);
  const json = await documents.getDocument(`reports/${week}.json`);
  if (html === null || json === null) {
    throw new RampartError('not_found', `reports/${week}: expected the report that was sent, got nothing`, {
      hint: `make and send it again: rampart report --week ${week} --force`,
    });
  }
  return { week, sent: false, html, json: JSON.parse(json) as unknown };
}

/** Refuses a week of which a report would be wrong. */
function checkWeek(week: IsoWeek, timeZone: string, nowMs: number): void {
  const { toMs } = periodOf(week, timeZone);
  if (toMs > nowMs) {
    const ends = `${timeWriter(timeZone)(toMs)} (${timeZone})`;
    throw new RampartError('bad_input', `week: expected one that has ended, got ${week.text}, which ends ${ends}`);
  }
  if (periodOf(weekBefore(week), timeZone).fromMs < nowMs - KEPT_DAYS * DAY_MS) {
    throw new RampartError(
      'bad_input',
      `week: expected one whose numbers, and those of the week before, are still kept (${KEPT_DAYS} days), got ${week.text}`,
    );
  }
}

async function makeReport(controller: Controller, week: IsoWeek, nowMs: number): Promise<WeeklyReport> {
  const { deployment, timeZone } = controller.settings;
  const prompts: PromptWeek[] = [];
  for await (const item of allPrompts(controller.store)) {
    prompts.push(await readPromptWeek(controller, item, week));
  }
  prompts.sort((a, b) => (a.prompt < b.prompt ? -1 : 1));
  return {
    schema: 1,
    deployment,
    week: week.text,
    timeZone,
    ...periodOf(week, timeZone),
    madeAtMs: nowMs,
    prompts,
  };
}

async function readPromptWeek(controller: Controller, item: PromptItem, isoWeek: IsoWeek): Promise<PromptWeek> {
  const { timeZone } = controller.settings;
  const week = periodOf(isoWeek, timeZone);
  const audit = await readEvents(controller.store, item, week.fromMs);
  const read = await readNumbers(controller, item, [week, periodOf(weekBefore(isoWeek), timeZone)]);
  const [now = new Map(), before = new Map()] = read.periods;
  const { readThroughMs, problem } = read;
  return promptWeek({ item, week, now, before, audit, readThroughMs, problem, when: timeWriter(timeZone) });
}

async function storeReport({ documents }: Controller, report: WeeklyReport, html: string): Promise<void> {
  const name = `reports/${report.week}`;
  await documents.putDocument(`${name}.json`, `${JSON.stringify(report, null, 2)}\n`, {
    contentType: 'application/json',
    ifAbsent: false,
  });
  await documents.putDocument(`${name}.html`, html, { contentType: 'text/html; charset=utf-8', ifAbsent: false });
}

async function sendReport(controller: Controller, report: WeeklyReport, html: string, id: string): Promise<void> {
  const { deployment, week } = report;
  const subject = `[${plainText(deployment)}] Prompts in ${week}: ${headline(report)}`;
  const text = renderText(report);
  if (controller.mail !== null) {
    await controller.mail.send({ id, subject, html, text });
    return;
  }
  const attributes = { alert: 'weekly_report', severity: 'info', week };
  await controller.alerts.send({ id, subject: asciiSubject(subject), text, attributes });
}
