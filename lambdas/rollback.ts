import { handleAlarm } from '../src/app/handle-alarm';
import { runCommand } from '../src/app/run-command';
import { failingLoudly, type Handler, type HandlerDeps } from './handler';
import { parseRollbackEvent } from './rollback-event';
import { awsDeps } from './wire';

/**
 * Rolls back now: for a CloudWatch alarm that went to ALARM, the running rollouts of the prompts mapped to it; for a
 * person, the prompt they name.
 * @throws what rolling back throws, and RampartError `bad_input` for an event that is neither
 */
export function makeHandler(deps: HandlerDeps): Handler<{ reports: unknown[] }> {
  return async (event) => {
    const controller = await deps.controller();
    return failingLoudly(controller.log, { event: 'rollback_failed' }, async () => {
      const parsed = parseRollbackEvent(event);
      if (parsed.kind === 'person') {
        const report = await runCommand(controller, { kind: 'rollback', ...parsed.command }, deps.now());
        controller.log({ level: 'info', event: 'rollback_handled', ...parsed.command, report });
        return { reports: [report] };
      }
      const reports: unknown[] = [];
      for (const alarm of parsed.alarms) {
        const report = await handleAlarm(controller, alarm, deps.now());
        controller.log({ level: 'info', event: 'alarm_handled', alarm, report });
        reports.push(report);
      }
      return { reports };
    });
  };
}

export const handler = makeHandler(awsDeps());
