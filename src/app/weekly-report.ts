import { RampartError } from '../core/errors';
import { alertSubject } from '../core/item/describe-alert';
import type { MailImage, ReportRenderer } from '../core/ports';
import { embedImages } from '../core/report/embed-images';
import { timeWriter } from '../core/report/local-time';
import { plainText } from '../core/report/plain-text';
import { renderText } from '../core/report/render-text';
import { lastWeek, parseWeek, periodOf, weekBefore, type IsoWeek } from '../core/report/week';
import { headline, type WeeklyReport } from '../core/report/weekly-report';
import type { Controller } from './controller';
import { KEPT_DAYS } from './evidence/snapshot';
import { makeReport } from './report/make-report';

const DAY_MS = 24 * 3_600_000;

export interface WeeklyReportResult {
  /** ISO week, `2026-W47`. */
  week: string;
  /** False when the week's report had been sent before. */
  sent: boolean;
  /** The page as it is stored: the mail's, with the pictures in it. */
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
 * @param renderer lays out the HTML
 * @param options `week`: `2026-W47`, default the one that ended last; `force`: make and send it again
 * @throws RampartError `bad_input` for a week that is none, has not ended, or whose numbers are no longer kept; and what
 * the ports throw, in which case the next run tries again
 */
export async function weeklyReport(
  controller: Controller,
  renderer: ReportRenderer,
  nowMs: number,
  options: { week?: string; force?: boolean },
): Promise<WeeklyReportResult> {
  const week = wantedWeek(controller, options.week, nowMs);
  const isForced = options.force === true;
  if (!isForced) {
    const stored = await readSent(controller, week);
    if (stored !== null) return stored;
  }
  const report = await reportOf(controller, week, nowMs);
  const mail = await renderer.render(report);
  const html = embedImages(mail.html, mail.images);
  await storeReport(controller, report, html);
  await sendReport(controller, report, mail, isForced ? `report/${week.text}/${nowMs}` : `report/${week.text}`);
  await controller.documents.putDocument(`reports/${week.text}.sent`, JSON.stringify({ atMs: nowMs }), {
    contentType: 'application/json',
    ifAbsent: true,
  });
  controller.log({ level: 'info', event: 'report_sent', week: week.text, prompts: report.prompts.length });
  return { week: week.text, sent: true, html, json: report };
}

/**
 * The report of a week to look at: the stored one when it was sent, else made now. Nothing is stored or sent.
 * @throws as {@link weeklyReport}
 */
export async function previewReport(
  controller: Controller,
  renderer: ReportRenderer,
  nowMs: number,
  options: { week?: string },
): Promise<WeeklyReportResult> {
  const week = wantedWeek(controller, options.week, nowMs);
  const stored = await readSent(controller, week);
  if (stored !== null) return stored;
  const report = await reportOf(controller, week, nowMs);
  const { html, images } = await renderer.render(report);
  return { week: week.text, sent: false, html: embedImages(html, images), json: report };
}

function wantedWeek({ settings }: Controller, week: string | undefined, nowMs: number): IsoWeek {
  return week === undefined ? lastWeek(settings.timeZone, nowMs) : parseWeek(week);
}

async function reportOf(controller: Controller, week: IsoWeek, nowMs: number): Promise<WeeklyReport> {
  checkWeek(week, controller.settings.timeZone, nowMs);
  return makeReport(controller, week, nowMs);
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

async function storeReport({ documents }: Controller, report: WeeklyReport, html: string): Promise<void> {
  const name = `reports/${report.week}`;
  await documents.putDocument(`${name}.json`, `${JSON.stringify(report, null, 2)}\n`, {
    contentType: 'application/json',
    ifAbsent: false,
  });
  await documents.putDocument(`${name}.html`, html, { contentType: 'text/html; charset=utf-8', ifAbsent: false });
}

async function sendReport(
  controller: Controller,
  report: WeeklyReport,
  { html, images }: { html: string; images: readonly MailImage[] },
  id: string,
): Promise<void> {
  const { deployment, week } = report;
  const subject = `[${plainText(deployment)}] Prompts in ${week}: ${headline(report)}`;
  const text = renderText(report);
  if (controller.mail !== null) {
    await controller.mail.send({ id, subject, html, text, images });
    return;
  }
  const attributes = { alert: 'weekly_report', severity: 'info', week };
  await controller.alerts.send({ id, subject: alertSubject(subject), text, attributes });
}
