import { isRampartError } from '../../core/errors';
import type { Totals } from '../../core/report/health';
import type { Period } from '../../core/report/week';
import type { Controller } from '../controller';
import { requestMeter } from '../request-meter';

/** Generations per prompt as Langfuse counts them, those without one under null; null = it could not be asked. */
export type Counts = ReadonlyMap<string | null, number> | null;

/** Asks Langfuse once for its own totals. They only check the report's, so a Langfuse that does not answer delays no report. */
export async function countGenerations(controller: Controller, period: Period, nowMs: number): Promise<Counts> {
  const meter = requestMeter(controller.budget, 'read', nowMs);
  try {
    return await meter.ask(() => controller.langfuse.countByPrompt(period));
  } catch (error) {
    if (!isRampartError(error)) throw error;
    controller.log({ level: 'warn', event: 'totals_not_checked', problem: error.message });
    return null;
  }
}

/** The totals of the whole project. */
export function totalsOf(counts: Counts): Totals | null {
  if (counts === null) return null;
  const generations = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return { generations, unlinked: counts.get(null) ?? 0 };
}
