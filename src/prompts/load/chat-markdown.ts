import type { ChatMessage } from '../definition';

/*
 * Chat messages in Markdown. A line `## system` (developer, user, assistant, tool; any other as `## role: NAME`) starts a
 * message, `## placeholder: NAME` is a placeholder. A line of a message that looks so stands with a backslash before it.
 * Blank lines at the start and the end of a message do not belong to it.
 */

const ROLES = ['system', 'developer', 'user', 'assistant', 'tool'];

const HEADING = /^## (?:(system|developer|user|assistant|tool)|role: (\S(?:.*\S)?)|placeholder: (\S(?:.*\S)?))[ \t]*$/u;
const ESCAPED_HEADING = /^\\+## (?:system|developer|user|assistant|tool|role: .*|placeholder: .*)$/u;

/** A message with the lines that it stands on. */
export interface PlacedMessage {
  message: ChatMessage;
  /** Index of its heading's line, from 0. */
  headingLine: number;
  /** Index of the line that its content starts on. */
  contentLine: number;
}

/** What a Markdown body holds; `strayLine` is the first line with text before the first heading, null when there is none. */
export interface ChatBody {
  messages: PlacedMessage[];
  strayLine: number | null;
}

/** True for a line that starts a message. */
export function isChatHeading(line: string): boolean {
  return HEADING.test(line);
}

/** Reads the lines of a body. */
export function readChatMarkdown(lines: readonly string[]): ChatBody {
  const headings = lines.flatMap((line, index) => (HEADING.test(line) ? [index] : []));
  const stray = lines.slice(0, headings[0] ?? lines.length).findIndex((line) => line.trim() !== '');
  return {
    strayLine: stray === -1 ? null : stray,
    messages: headings.map((start, index) => placedMessage(lines, start, headings[index + 1] ?? lines.length)),
  };
}

function placedMessage(lines: readonly string[], start: number, end: number): PlacedMessage {
  const [, role, otherRole, placeholder] = HEADING.exec(lines[start]!)!;
  if (placeholder !== undefined) return { message: { placeholder }, headingLine: start, contentLine: start };
  const { first, text } = trimmedLines(lines, start + 1, end);
  const message = { role: role ?? otherRole!, content: text.map(unescaped).join('\n') };
  return { message, headingLine: start, contentLine: first };
}

/** The lines from `start` to before `end` without the blank ones around them. */
export function trimmedLines(
  lines: readonly string[],
  start: number,
  end: number,
): { first: number; text: readonly string[] } {
  let [first, last] = [start, end];
  while (first < last && lines[first]!.trim() === '') first++;
  while (last > first && lines[last - 1]!.trim() === '') last--;
  return { first, text: lines.slice(first, last) };
}

function unescaped(line: string): string {
  return ESCAPED_HEADING.test(line) ? line.slice(1) : line;
}

/**
 * Writes messages so that {@link readChatMarkdown} reads the same.
 * @returns null when Markdown cannot hold them: no message, blank text around a content, a strange role
 */
export function writeChatMarkdown(messages: readonly ChatMessage[]): string | null {
  const parts = messages.map((message) => {
    if ('placeholder' in message) return `## placeholder: ${message.placeholder}`;
    const heading = ROLES.includes(message.role) ? message.role : `role: ${message.role}`;
    const content = message.content.split('\n').map(escaped).join('\n');
    return content === '' ? `## ${heading}` : `## ${heading}\n\n${content}`;
  });
  const text = parts.join('\n\n');
  const back = readChatMarkdown(text.split('\n')).messages.map(({ message }) => message);
  return messages.length > 0 && !text.includes('\r') && JSON.stringify(back) === JSON.stringify(messages.map(ordered))
    ? text
    : null;
}

function escaped(line: string): string {
  return HEADING.test(line) || ESCAPED_HEADING.test(line) ? `\\${line}` : line;
}

function ordered(message: ChatMessage): ChatMessage {
  return 'placeholder' in message
    ? { placeholder: message.placeholder }
    : { role: message.role, content: message.content };
}
