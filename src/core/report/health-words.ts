import { describeHealth, describeTotals } from './health';
import type { PromptWeek } from './prompt-week';
import type { WeeklyReport } from './weekly-report';

/** What is to be known about the data of a prompt's week, in sentences without their full stops. */
export function healthOf({ health, changes }: PromptWeek): string[] {
  return describeHealth(health, changes.find(({ id }) => id === 'generations')?.now?.value ?? 0);
}

/** What is to be known about the data of the project's week. */
export function totalsText({ totals }: WeeklyReport): string {
  return totals === null ? 'Langfuse could not be asked for its own totals.' : describeTotals(totals);
}
