import type { Totals } from './health';
import { counted, listed } from './wording';
import type { PromptWeek } from './prompt-week';

/** A deployment's week, as it is stored in `reports/WEEK.json`. */
export interface WeeklyReport {
  schema: 1;
  deployment: string;
  /** ISO week, `2026-W47`. */
  week: string;
  timeZone: string;
  fromMs: number;
  /** Exclusive. */
  toMs: number;
  madeAtMs: number;
  /** The ISO weeks of every trend's points, oldest first; the last one is the report's own. */
  trendWeeks: string[];
  /** What Langfuse itself counts; null = it could not be asked. */
  totals: Totals | null;
  /** By name. */
  prompts: PromptWeek[];
}

/** One line: what a subject or a heading says. Names no prompt, so it is short whatever they are called. */
export function headline({ prompts }: WeeklyReport): string {
  const happened = (kinds: readonly string[]): number =>
    prompts.flatMap(({ events }) => events).filter(({ kind }) => kinds.includes(kind)).length;
  const waiting = prompts.filter(({ needs }) => needs.length > 0).length;
  const taken = happened(['variant_dropped']);
  const ended = happened(['comparison_ended']);
  const begun = happened(['comparison_started']);
  const parts = [
    { n: waiting, text: `${counted(waiting, 'prompt')} ${waiting === 1 ? 'needs' : 'need'} a person` },
    ...[
      { n: happened(['rolled_back', 'rolled_back_to']), text: 'rolled back' },
      { n: happened(['promoted', 'promoted_to']), text: 'promoted' },
      { n: happened(['aborted']), text: 'ended without a decision' },
      { n: happened(['started']), text: 'started' },
      { n: happened(['production_moved']), text: 'moved by someone else' },
    ].map(({ n, text }) => ({ n, text: `${n} ${text}` })),
    { n: taken, text: `${counted(taken, 'variant')} taken out` },
    { n: ended, text: `${counted(ended, 'comparison')} ended` },
    { n: begun, text: `${counted(begun, 'comparison')} started` },
  ].filter(({ n }) => n > 0);
  if (parts.length === 0) return prompts.length === 0 ? 'no prompts yet' : 'a quiet week';
  return listed(parts.map(({ text }) => text));
}

/** Prompts in the order a reader needs them: who waits for a person, then where something happened, then by volume. */
export function byUrgency(prompts: readonly PromptWeek[]): PromptWeek[] {
  const rank = ({ needs, events }: PromptWeek): number => (needs.length > 0 ? 0 : events.length > 0 ? 1 : 2);
  const volume = ({ changes }: PromptWeek): number => changes.find(({ id }) => id === 'generations')?.now?.value ?? 0;
  return [...prompts].sort((a, b) => rank(a) - rank(b) || volume(b) - volume(a) || (a.prompt < b.prompt ? -1 : 1));
}
