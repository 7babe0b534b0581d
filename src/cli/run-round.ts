import { dispatchTicks } from '../app/dispatch-ticks';
import { tickPrompt, type TickReport } from '../app/tick-prompt';
import type { Clock } from '../core/ports';
import type { LocalController } from './local-controller';
import { reportComparison } from './report-comparison';

/** Prompts looked at at the same time, so that a slow one delays no other. */
const WORKERS = 4;

/** What a round of ticks did. */
export interface Round {
  reports: TickReport[];
  /** `prompt` null: the prompts with a candidate could not be listed; those that are known were looked at. */
  failures: { prompt: string | null; error: unknown }[];
}

/**
 * Looks at every prompt once: finds them, queues one message for each, ticks one after the other, and reports comparisons that
 * have ended. One that fails stops no other.
 * @param onTick called after each prompt's tick
 */
export async function runRound(
  controller: LocalController,
  now: Clock,
  onTick: (report: TickReport, nowMs: number) => void,
): Promise<Round> {
  const round: Round = { reports: [], failures: [] };
  await dispatchTicks(controller, now()).catch((error: unknown) => round.failures.push({ prompt: null, error }));
  const messages = controller.queue.receive();
  const work = async (): Promise<void> => {
    for (let message = messages.shift(); message !== undefined; message = messages.shift()) {
      const { prompt } = message;
      const nowMs = now();
      try {
        const report = await tickPrompt(controller, prompt, nowMs);
        round.reports.push(report);
        onTick(report, nowMs);
        await reportComparison(controller, report.comparison, nowMs);
      } catch (error) {
        round.failures.push({ prompt, error });
      }
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, work));
  return round;
}
