import type { RowFact, RowFacts } from '../evidence/row-facts';
import { counted, wordValue } from './wording';

/** What is to be known about the data of a prompt's week. */
export interface Health {
  facts: RowFacts;
  /** Generations linked to the prompt that Langfuse itself counts, all environments; null = not asked, or not answered. */
  listed: number | null;
}

/** What Langfuse itself counts of a week, in the whole project. */
export interface Totals {
  generations: number;
  /** Those that are linked to no prompt. */
  unlinked: number;
}

/** Rows that differ by less than this share are not worth a word: spans are sent twice, and late ones come. */
const NOTABLE_SHARE = 0.01;

/** The prompt's data in sentences without their full stops; none when there is nothing to say. */
export function describeHealth({ facts, listed }: Health, read: number): string[] {
  const known = FACTS.flatMap(([fact, words]) => {
    const rows = facts[fact] ?? 0;
    return rows === 0 ? [] : [words(rows)];
  });
  const expected = read + (facts.other_environment ?? 0);
  if (listed === null || Math.abs(listed - expected) <= NOTABLE_SHARE * Math.max(listed, expected)) return known;
  return [
    `Langfuse counts ${counted(listed, 'generation')} of the week, ${wordValue('count', expected)} have been read`,
    ...known,
  ];
}

/** The project's data in one sentence with its full stop; '' when there was none. */
export function describeTotals({ generations, unlinked }: Totals): string {
  if (generations === 0) return '';
  const all = `Langfuse counts ${counted(generations, 'generation')} in the whole project`;
  if (unlinked === 0) return `${all}, all of them linked to a prompt.`;
  const share = wordValue('share', unlinked / generations);
  return `${all}; ${wordValue('count', unlinked)} (${share}) are linked to no prompt and are in no numbers.`;
}

const scores = (rows: number): string => counted(rows, 'score');
const generations = (rows: number): string => counted(rows, 'generation');

const FACTS: readonly (readonly [RowFact, (rows: number) => string])[] = [
  ['no_unit', (rows) => `${generations(rows)} named no unit of the policy and fell back to the trace: not judged`],
  ['wrong_version', (rows) => `${generations(rows)} were of another version than their unit was assigned: not judged`],
  ['other_environment', (rows) => `${generations(rows)} of other environments are not in the numbers`],
  ['ambiguous_score', (rows) => `${scores(rows)} not used: given to a trace or session that saw more than one version`],
  ['unlinked_score', (rows) => `${scores(rows)} not used: given to something that is no generation of the prompt`],
  ['late_edit', (rows) => `${scores(rows)} edited too late: the older value stays`],
  ['malformed', (rows) => `${counted(rows, 'row')} of Langfuse could not be read`],
];
