import { SESv2Client } from '@aws-sdk/client-sesv2';
import { sesMailSender } from '../src/adapters/aws/ses-mail-sender';
import { bundledAssets } from '../src/adapters/mail/bundled-assets';
import { reportRenderer } from '../src/adapters/mail/report-renderer';
import { weeklyReport } from '../src/app/weekly-report';
import type { ReportRenderer } from '../src/core/ports';
import { badEvent, failingLoudly, isRecord, type Handler, type HandlerDeps } from './handler';
import { awsDeps } from './wire';

/**
 * Makes and mails the report of the week that ended; or of `week` (`2026-W47`), and once more with `force`, when a person
 * asks.
 * @throws what reporting throws, and RampartError `bad_input` for an event of another form
 */
export function makeHandler(deps: HandlerDeps, renderer: ReportRenderer): Handler<{ week: string; sent: boolean }> {
  return async (event) => {
    const controller = await deps.controller();
    return failingLoudly(controller.log, { event: 'report_failed' }, async () => {
      const { week, sent } = await weeklyReport(controller, renderer, deps.now(), parseReportEvent(event));
      controller.log({ level: 'info', event: 'report_succeeded', week, sent });
      return { week, sent };
    });
  };
}

const EXPECTED = '{"schedule": "weekly-report"} or {"week"?: "2026-W47", "force"?: true}';

function parseReportEvent(event: unknown): { week?: string; force?: boolean } {
  if (!isRecord(event)) throw badEvent(EXPECTED, event);
  const { schedule, week, force, ...unknown } = event;
  const understood =
    Object.keys(unknown).length === 0 &&
    (schedule === undefined || schedule === 'weekly-report') &&
    (week === undefined || (typeof week === 'string' && /^\d{4}-W\d{2}$/u.test(week))) &&
    (force === undefined || typeof force === 'boolean');
  if (!understood) throw badEvent(EXPECTED, event);
  return {
    ...(typeof week === 'string' ? { week } : {}),
    ...(typeof force === 'boolean' ? { force } : {}),
  };
}

/** Lambda says where the function's code lies. */
const assets = bundledAssets(process.env['LAMBDA_TASK_ROOT'] ?? '.');

export const handler = makeHandler(
  awsDeps((mail) => sesMailSender({ client: new SESv2Client(), now: Date.now, ...mail })),
  reportRenderer(assets),
);
