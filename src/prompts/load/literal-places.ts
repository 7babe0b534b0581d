import type { Path } from '../../core/policy/problem';

/** Where a part of an object literal stands. */
export interface LiteralPart {
  /** Offset of the key, or of a list's item. */
  start: number;
  /** Offset of the first character of a text without escapes and substitutions; null for other values. */
  plainText: number | null;
}

const SPACE = /(?:\s|\/\/[^\n]*|\/\*[^]*?\*\/)*/uy;
const KEY = /(?:([\p{ID_Start}$_][\p{ID_Continue}$]*|\d+)|'([^'\\\n]*)'|"([^"\\\n]*)")/uy;
const OPENING = new Set(['(', '[', '{']);
const CLOSING = new Set([')', ']', '}']);

/**
 * Follows a path into an object literal of JavaScript or TypeScript, as deep as the literal goes.
 * @param start offset of the literal, white space and comments before it allowed
 * @returns the deepest part that stands there; null when no part of the path does
 */
export function findLiteral(text: string, start: number, path: Path): LiteralPart | null {
  let found: LiteralPart | null = null;
  let value = skipSpace(text, start);
  for (const key of path) {
    const part: { start: number; value: number } | null =
      text[value] === '{'
        ? entryOf(text, value, String(key))
        : text[value] === '['
          ? itemOf(text, value, Number(key))
          : null;
    if (part === null) return found === null ? null : { ...found, plainText: null };
    value = part.value;
    found = { start: part.start, plainText: plainTextAt(text, value) };
  }
  return found;
}

function entryOf(text: string, object: number, wanted: string): { start: number; value: number } | null {
  for (let at = skipSpace(text, object + 1); at < text.length && text[at] !== '}';) {
    KEY.lastIndex = at;
    const key = KEY.exec(text);
    const colon = key === null ? at : skipSpace(text, KEY.lastIndex);
    const name = key?.[1] ?? key?.[2] ?? key?.[3];
    if (name === wanted && (text[colon] === ':' || text[colon] === ',' || text[colon] === '}')) {
      return { start: at, value: text[colon] === ':' ? skipSpace(text, colon + 1) : at };
    }
    at = nextItem(text, at);
  }
  return null;
}

function itemOf(text: string, list: number, wanted: number): { start: number; value: number } | null {
  let at = skipSpace(text, list + 1);
  for (let index = 0; index < wanted; index++) {
    if (at >= text.length || text[at] === ']' || text.startsWith('...', at)) return null;
    at = nextItem(text, at);
  }
  if (at >= text.length || text[at] === ']' || text.startsWith('...', at)) return null;
  return { start: at, value: at };
}

/** Behind the comma after the item, or at what closes the literal. */
function nextItem(text: string, start: number): number {
  for (let at = start; at < text.length; at = skipToken(text, at)) {
    if (text[at] === ',') return skipSpace(text, at + 1);
    if (CLOSING.has(text[at]!)) return at;
  }
  return text.length;
}

/** Behind a text, a bracketed group, white space with comments, or one character. */
function skipToken(text: string, at: number): number {
  const space = skipSpace(text, at);
  if (space > at) return space;
  const char = text[at]!;
  if (char === "'" || char === '"') return skipQuoted(text, at, char);
  if (char === '`') return skipTemplate(text, at);
  if (char === '/' && isRegExp(text, at)) return skipQuoted(text, at, '/');
  return OPENING.has(char) ? skipGroup(text, at) : at + 1;
}

function skipGroup(text: string, open: number): number {
  let at = open + 1;
  while (at < text.length && !CLOSING.has(text[at]!)) at = skipToken(text, at);
  return at + 1;
}

function skipQuoted(text: string, open: number, quote: string): number {
  let at = open + 1;
  let inClass = false;
  while (at < text.length && (text[at] !== quote || inClass)) {
    if (text[at] === '\\') at++;
    else if (quote === '/' && (text[at] === '[' || text[at] === ']')) inClass = text[at] === '[';
    at++;
  }
  return at + 1;
}

function skipTemplate(text: string, open: number): number {
  let at = open + 1;
  while (at < text.length && text[at] !== '`') {
    if (text.startsWith('${', at)) at = skipGroup(text, at + 1);
    else at += text[at] === '\\' ? 2 : 1;
  }
  return at + 1;
}

/** A slash begins a regular expression where a value may stand. */
function isRegExp(text: string, at: number): boolean {
  return /[(,=:[!&|?{};]\s*$/u.test(text.slice(Math.max(0, at - 200), at));
}

function skipSpace(text: string, at: number): number {
  SPACE.lastIndex = at;
  SPACE.exec(text);
  return SPACE.lastIndex;
}

function plainTextAt(text: string, at: number): number | null {
  const quote = text[at];
  if (quote !== "'" && quote !== '"' && quote !== '`') return null;
  const end = quote === '`' ? skipTemplate(text, at) : skipQuoted(text, at, quote);
  const inside = text.slice(at + 1, end - 1);
  const hasMore = /^\s*(?:\+|\.|`)/u.test(text.slice(end, end + 20));
  return inside.includes('\\') || (quote === '`' && inside.includes('${')) || hasMore ? null : at + 1;
}
