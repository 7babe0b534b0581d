import { diffLines, diffWordsWithSpace } from 'diff';
import { canonicalJson } from '../../core/policy/canonical-json';
import type { VersionBody } from '../../core/ports';
import type { Content } from '../hash';
import type { ContentDiff } from './plan';

/** A line of a diff. `gap`: lines that are equal and left out. */
export type DiffLine =
  | { kind: 'same' | 'added' | 'removed'; parts: readonly DiffPart[] }
  | { kind: 'gap'; lines: number };

/** A piece of a line; `isChanged`: what makes it another than its counterpart. */
export interface DiffPart {
  text: string;
  isChanged: boolean;
}

/** Equal lines that are shown around a change. */
const CONTEXT = 2;

/** Edits up to which a way from one text to the other is looked for; beyond, everything is removed and added. */
const MOST_EDITS = 1000;

/** A prompt's text, or its messages under headings, as lines to compare. */
function bodyText(body: VersionBody): string {
  if (body.type === 'text') return body.text;
  return body.messages
    .map((message) => {
      if ('placeholder' in message) return `[placeholder ${message.placeholder}]`;
      return 'role' in message ? `[${message.role}]\n${message.content}` : `[other]\n${sortedJson(message.other)}`;
    })
    .join('\n\n');
}

/** The config as lines to compare; nothing for an empty one. */
function configText(config: unknown): string {
  const text = sortedJson(config ?? {});
  return text === '{}' ? '' : text;
}

/** What makes one content another: its text or messages, and its config. @param before null = nothing */
export function contentDiff(before: Content | null, after: Content): ContentDiff {
  if (before === null) return { body: diffOf('', bodyText(after.body)), config: diffOf('', configText(after.config)) };
  const config = diffOf(configText(before.config), configText(after.config));
  const isSameType = before.body.type === after.body.type;
  const body = diffOf(bodyText(before.body), bodyText(after.body));
  // The same words, divided into messages in another way, or as another type.
  const isHidden = (body.length === 0 || !isSameType) && canonicalJson(before.body) !== canonicalJson(after.body);
  return { body: isHidden ? diffOf(sortedJson(before.body), sortedJson(after.body)) : body, config };
}

/**
 * The lines of a change with a little of what is around it; nothing when both are equal. Lines that stand for each other show
 * the words that changed.
 */
export function diffOf(before: string, after: string): DiffLine[] {
  if (before === after) return [];
  const lines: DiffLine[] = [];
  const changes = diffLines(withEnd(before), withEnd(after), { maxEditLength: MOST_EDITS }) ?? [
    { removed: true, added: false, value: withEnd(before) },
    { removed: false, added: true, value: withEnd(after) },
  ];
  for (const [index, { added, removed, value }] of changes.entries()) {
    const texts = value.split('\n').slice(0, -1);
    const next = changes[index + 1];
    const previous = changes[index - 1];
    if (removed && next?.added) lines.push(...changedLines(texts, next.value.split('\n').slice(0, -1)));
    else if (added && previous?.removed) continue;
    else if (added || removed) lines.push(...texts.map((text) => line(added ? 'added' : 'removed', text)));
    else lines.push(...context(texts, index > 0, index < changes.length - 1));
  }
  return lines;
}

/** A missing end of the last line is a change that people do not see; Langfuse keeps it, and so does the hash. */
function withEnd(text: string): string {
  return text === '' ? '' : `${text}\n`;
}

function line(kind: 'same' | 'added' | 'removed', text: string): DiffLine {
  return { kind, parts: [{ text, isChanged: false }] };
}

function context(texts: readonly string[], isAfterChange: boolean, isBeforeChange: boolean): DiffLine[] {
  const head = isAfterChange ? CONTEXT : 0;
  const tail = isBeforeChange ? CONTEXT : 0;
  const hidden = texts.length - head - tail;
  if (hidden <= 1) return texts.map((text) => line('same', text));
  return [
    ...texts.slice(0, head).map((text) => line('same', text)),
    { kind: 'gap', lines: hidden },
    ...texts.slice(texts.length - tail).map((text) => line('same', text)),
  ];
}

/** Pairs the first removed line with the first added one, and so on, where there are as many of both. */
function changedLines(removed: readonly string[], added: readonly string[]): DiffLine[] {
  if (removed.length !== added.length) {
    return [...removed.map((text) => line('removed', text)), ...added.map((text) => line('added', text))];
  }
  return removed.flatMap((before, index) => pair(before, added[index]!));
}

function pair(before: string, after: string): DiffLine[] {
  const words = diffWordsWithSpace(before, after, { maxEditLength: MOST_EDITS });
  if (words === undefined) return [line('removed', before), line('added', after)];
  const parts = (without: 'added' | 'removed'): DiffPart[] =>
    words
      .filter((word) => !word[without])
      .map(({ value, added, removed }) => ({ text: value, isChanged: added || removed }));
  return [
    { kind: 'removed', parts: parts('added') },
    { kind: 'added', parts: parts('removed') },
  ];
}

/** JSON for people: keys sorted, two blanks of indentation. */
function sortedJson(value: unknown): string {
  return JSON.stringify(JSON.parse(canonicalJson(value)), null, 2);
}
