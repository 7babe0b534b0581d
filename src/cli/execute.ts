import type { Controller } from '../app/controller';
import { runCommand } from '../app/run-command';
import { errorFacts } from './problem';
import { answerOf, parseRequest, type Request, type Result } from './request';

/** Carries out a request on a controller, wherever its state is. */
export async function execute(controller: Controller, request: Request, nowMs: number): Promise<Result> {
  switch (request.kind) {
    case 'command':
      return runCommand(controller, request.command, nowMs);
    case 'report': {
      const { weeklyReport } = await import('../app/weekly-report');
      const { week, sent } = await weeklyReport(controller, nowMs, {
        force: request.force,
        ...(request.week === null ? {} : { week: request.week }),
      });
      return { week, sent };
    }
  }
}

/** What an owner of a state folder does with what others send. */
export function answering(controller: Controller, now: () => number): (sent: unknown) => Promise<unknown> {
  return (sent) => answerOf(() => execute(controller, parseRequest(sent), now()), errorFacts);
}
