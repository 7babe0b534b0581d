import { setTimeout as delay } from 'node:timers/promises';
import type { Controller } from '../app/controller';
import { runCommand } from '../app/run-command';
import type { ReportRenderer } from '../core/ports';
import { errorFacts } from './problem';
import { reportComparison } from './report-comparison';
import { answerOf, parseRequest, type Request, type Result } from './request';

/** A request to rebuild works so long and answers how far it has come. */
const REBUILD_MS = 15_000;

/** Carries out a request on a controller, wherever its state is. */
export async function execute(controller: Controller, request: Request, nowMs: number): Promise<Result> {
  switch (request.kind) {
    case 'command':
      return runCommand(controller, request.command, nowMs);
    case 'compare': {
      const { startComparisonByHand } = await import('../app/comparison/start-comparison');
      // The end of the one before it is reported before its place is taken.
      await reportComparison(controller, (await controller.store.read(request.wish.prompt))?.comparison ?? null, nowMs);
      return startComparisonByHand(controller, request.wish, nowMs);
    }
    case 'report': {
      const { weeklyReport } = await import('../app/weekly-report');
      const { week, sent } = await weeklyReport(controller, await localRenderer(), nowMs, {
        force: request.force,
        ...(request.week === null ? {} : { week: request.week }),
      });
      return { week, sent };
    }
    case 'page': {
      const { previewReport } = await import('../app/weekly-report');
      const wanted = request.week === null ? {} : { week: request.week };
      const { week, html } = await previewReport(controller, await localRenderer(), nowMs, wanted);
      return { week, html };
    }
    case 'rebuild': {
      const { rebuildWeek } = await import('../app/rebuild/rebuild-week');
      const beganMs = performance.now();
      const now = (): number => nowMs + performance.now() - beganMs;
      const pace = { now, wait: delay, untilMs: nowMs + REBUILD_MS };
      return rebuildWeek(controller, request.week ?? undefined, pace);
    }
  }
}

/** The library for mails takes half a second to load: only commands that draw a report do. */
async function localRenderer(): Promise<ReportRenderer> {
  const { installedAssets } = await import('../adapters/mail/installed-assets');
  const { reportRenderer } = await import('../adapters/mail/report-renderer');
  return reportRenderer(installedAssets);
}

/** What an owner of a state folder does with what others send. */
export function answering(controller: Controller, now: () => number): (sent: unknown) => Promise<unknown> {
  return (sent) => answerOf(() => execute(controller, parseRequest(sent), now()), errorFacts);
}
