import { meaningOf, type Change, type Meaning } from './change';
import type { ReportEvent } from './events';
import { counted, listed, wordRelative, wordValue } from './wording';

/** Kinds that a reader wants in the first sentence. */
const OUTCOMES: readonly string[] = [
  'promoted',
  'promoted_to',
  'rolled_back',
  'rolled_back_to',
  'aborted',
  'production_moved',
  'variant_dropped',
  'comparison_ended',
];
const MAX_OUTCOMES = 3;
const MAX_NAMED = 4;

/** A prompt's week in plain words: how much, what clearly changed, how rollouts and comparisons ended. */
export function weekSentence(changes: readonly Change[], events: readonly ReportEvent[]): string {
  return [volumeSentence(changes), ...changeSentences(changes), ...outcomeSentences(events)].join(' ');
}

function volumeSentence(changes: readonly Change[]): string {
  const volume = changes.find(({ id }) => id === 'generations');
  const now = volume?.now?.value ?? 0;
  const before = volume?.before?.value ?? 0;
  if (now === 0 && before === 0) return 'No traffic in this week or the week before.';
  if (now === 0) return `No traffic in this week; ${counted(before, 'generation')} the week before.`;
  if (before === 0) return `${counted(now, 'generation')}; there are no numbers of the week before.`;
  return `${counted(now, 'generation')} (${wordRelative(now, before)}).`;
}

function changeSentences(changes: readonly Change[]): string[] {
  const words = changes.filter(isInWords);
  const isScore = ({ id }: Change): boolean => id.startsWith('score:');
  const means = [...words.filter(isScore), ...words.filter((change) => !isScore(change))];
  if (means.every(({ now }) => now === null)) return [];
  if (means.every(({ before }) => before === null)) return [`Measured: ${listedUpTo(means, nowOnly)}.`];
  const of = (meaning: Meaning): Change[] => means.filter((change) => meaningOf(change) === meaning);
  const named = (title: string, found: readonly Change[]): string[] =>
    found.length === 0 ? [] : [`${title}: ${listedUpTo(found, nowAndBefore)}.`];
  const clear = [
    ...named('Worse', of('worse')),
    ...named('Better', of('better')),
    ...named('Higher', of('higher')),
    ...named('Lower', of('lower')),
  ];
  const unclear = of('unclear');
  if (unclear.length === 0) return clear;
  if (clear.length === 0) return ['Nothing changed clearly.'];
  return [...clear, 'Nothing else changed clearly.'];
}

/** Categories come in families that move together: they are for the table. */
function isInWords({ id, now }: Change): boolean {
  const isMean = id !== 'generations' && id !== 'cost.total' && !id.startsWith('latency.');
  return isMean && !(id.startsWith('score:') && id.includes('=')) && now !== null;
}

function nowOnly({ label, unit, now }: Change): string {
  return `${label} ${now === null ? 'not measured' : wordValue(unit, now.value)}`;
}

function nowAndBefore(change: Change): string {
  const { unit, before } = change;
  return before === null ? nowOnly(change) : `${nowOnly(change)} (was ${wordValue(unit, before.value)})`;
}

function listedUpTo(changes: readonly Change[], word: (change: Change) => string): string {
  const words = changes.slice(0, MAX_NAMED).map(word);
  const left = changes.length - words.length;
  return listed(left === 0 ? words : [...words, `${left} more`]);
}

function outcomeSentences(events: readonly ReportEvent[]): string[] {
  const outcomes = events.filter(({ kind }) => OUTCOMES.includes(kind));
  return outcomes.slice(-MAX_OUTCOMES).map(({ text }) => fullSentence(firstClause(text)));
}

/** A verdict's numbers are told with the event; here what it says first is enough. */
function firstClause(text: string): string {
  return text.split('; ')[0] ?? '';
}

/** The text with a capital and a full stop; a reason may have brought its own. */
export function fullSentence(text: string): string {
  return `${capital(text)}${/[.!?]$/u.test(text) ? '' : '.'}`;
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
