import { setTimeout as delay } from 'node:timers/promises';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { sesMailSender } from '../src/adapters/aws/ses-mail-sender';
import { bundledAssets } from '../src/adapters/mail/bundled-assets';
import { reportRenderer } from '../src/adapters/mail/report-renderer';
import type { Controller } from '../src/app/controller';
import { continueRebuild, rebuildWeek, type RebuildProgress } from '../src/app/rebuild/rebuild-week';
import { weeklyReport } from '../src/app/weekly-report';
import type { ReportRenderer } from '../src/core/ports';
import { badEvent, failingLoudly, isRecord, type Handler, type HandlerDeps } from './handler';
import { awsDeps } from './wire';

type Answer = { week: string; sent: boolean } | { rebuild: RebuildProgress | null };

/** A call works on a rebuild this long, well inside the function's time-out; the schedule goes on with it. */
const REBUILD_MS = 8 * 60_000;

/**
 * Makes and mails the report of the week that ended; or of `week` (`2026-W47`), and once more with `force`, when a person
 * asks. Begins to rebuild the numbers of a week, and goes on with that when its schedule comes.
 * @param wait lets time pass; only a rebuild waits, for the budget of requests
 * @throws what reporting and rebuilding throw, and RampartError `bad_input` for an event of another form
 */
export function makeHandler(
  deps: HandlerDeps,
  renderer: ReportRenderer,
  wait: (ms: number) => Promise<void> = delay,
): Handler<Answer> {
  async function report(controller: Controller, options: ReportOptions): Promise<Answer> {
    const { week, sent } = await weeklyReport(controller, renderer, deps.now(), options);
    controller.log({ level: 'info', event: 'report_succeeded', week, sent });
    return { week, sent };
  }

  async function rebuild(controller: Controller, week: string | null): Promise<Answer> {
    const pace = { now: deps.now, wait, untilMs: deps.now() + REBUILD_MS };
    return { rebuild: await (week === null ? continueRebuild(controller, pace) : rebuildWeek(controller, week, pace)) };
  }

  return async (event) => {
    const controller = await deps.controller();
    return failingLoudly(controller.log, { event: 'report_failed' }, async () => {
      const wish = parseReportEvent(event);
      return wish.kind === 'report' ? report(controller, wish.options) : rebuild(controller, wish.week);
    });
  };
}

interface ReportOptions {
  week?: string;
  force?: boolean;
}

/** `week` null: the rebuild that was begun, if any. */
type Wish = { kind: 'report'; options: ReportOptions } | { kind: 'rebuild'; week: string | null };

const EXPECTED =
  '{"schedule": "weekly-report"}, {"week"?: "2026-W47", "force"?: true}, {"rebuild": "2026-W47"} or {"schedule": "continue-rebuild"}';

function parseReportEvent(event: unknown): Wish {
  if (!isRecord(event)) throw badEvent(EXPECTED, event);
  const { schedule, week, force, rebuild, ...unknown } = event;
  const isAlone = Object.keys(event).length === 1;
  if (schedule === 'continue-rebuild' && isAlone) return { kind: 'rebuild', week: null };
  if (isWeek(rebuild) && isAlone) return { kind: 'rebuild', week: rebuild };
  const understood =
    Object.keys(unknown).length === 0 &&
    rebuild === undefined &&
    (schedule === undefined || schedule === 'weekly-report') &&
    (week === undefined || isWeek(week)) &&
    (force === undefined || typeof force === 'boolean');
  if (!understood) throw badEvent(EXPECTED, event);
  const options = {
    ...(isWeek(week) ? { week } : {}),
    ...(typeof force === 'boolean' ? { force } : {}),
  };
  return { kind: 'report', options };
}

function isWeek(value: unknown): value is string {
  return typeof value === 'string' && /^\d{4}-W\d{2}$/u.test(value);
}

/** Lambda says where the function's code lies. */
const assets = bundledAssets(process.env['LAMBDA_TASK_ROOT'] ?? '.');

export const handler = makeHandler(
  awsDeps((mail) => sesMailSender({ client: new SESv2Client(), now: Date.now, ...mail })),
  reportRenderer(assets),
);
