import type { Path } from '../../core/policy/problem';
import type { PromptProblem, SourcePlace } from '../definition';
import { isChatHeading, readChatMarkdown, trimmedLines } from './chat-markdown';
import type { Places } from './places';
import { readYaml } from './read-yaml';

/** A written prompt as it was read, before its shape is checked. */
export interface ReadSource {
  file: string;
  /** The front matter with the body as `text` or `messages`, or the argument of `definePrompt`. */
  value: Readonly<Record<string, unknown>>;
  places: Places;
}

/** Front matter between lines of `---` at the very start. */
const FRONT_MATTER = /^---[ \t]*\n((?:[^]*?\n)?)---[ \t]*(?:\n|$)/u;

/**
 * Reads a Markdown file: YAML front matter, below it the text, or for `type: chat` the messages under their headings.
 * @param file path relative to the repository's top
 * @param isChat whether the body is messages, from the front matter
 * @returns no source when the front matter cannot be read
 */
export function readMarkdown(
  file: string,
  raw: string,
  isChat: (front: Readonly<Record<string, unknown>>) => boolean,
): { source: ReadSource | null; problems: PromptProblem[] } {
  const text = raw.replace(/^\uFEFF/u, '').replaceAll('\r\n', '\n');
  const match = FRONT_MATTER.exec(text);
  if (match === null) {
    const message = "expected front matter between two lines '---' at the start of the file, got none";
    return { source: null, problems: [problem({ file, line: 1, column: 1 }, '', message)] };
  }
  const yaml = readYaml(file, match[1] ?? '', 1);
  if (yaml.problems.length > 0) return { source: null, problems: yaml.problems };
  const bodyLine = match[0].split('\n').length - 1;
  const lines = text.slice(match[0].length).split('\n');
  const front = yaml.value;
  const body = isChat(front) ? chatBody(lines, bodyLine, file) : textBody(lines, bodyLine, file);
  const written = Object.keys(body.value).find((key) => key in front);
  const problems =
    written === undefined
      ? body.problems
      : [problem(body.start, written, `expected the ${written} once, got it in the front matter and below it`)];
  const isBodyOwn = Object.keys(body.value).length > 0;
  const places: Places = {
    of: (path) => (isBodyOwn && path[0] === body.key ? body.placeOf(path) : yaml.placeOf(path)),
    inBody: isBodyOwn ? body.inBody : (message) => yaml.placeOf(message === null ? ['text'] : ['messages', message]),
  };
  return { source: { file, value: { ...body.value, ...front }, places }, problems };
}

interface Body {
  key: 'text' | 'messages';
  /** `{ text }`, `{ messages }`, or nothing when the body is blank. */
  value: Record<string, unknown>;
  start: SourcePlace;
  placeOf: (path: Path) => SourcePlace;
  inBody: Places['inBody'];
  problems: PromptProblem[];
}

function textBody(lines: readonly string[], linesBefore: number, file: string): Body {
  const { first, text } = trimmedLines(lines, 0, lines.length);
  const place = (line: number, column = 1): SourcePlace => ({ file, line: line + linesBefore + 1, column });
  const start = place(first);
  const problems: PromptProblem[] = [];
  if (text[0] !== undefined && isChatHeading(text[0])) {
    const message = `'${text[0]}' is part of the text; expected \`type: chat\` in the front matter where it starts a message`;
    problems.push({ ...problem(start, 'type', message), severity: 'warning' });
  }
  return {
    key: 'text',
    value: text.length === 0 ? {} : { text: text.join('\n') },
    start,
    placeOf: () => start,
    inBody: (_, offset) => within(text, offset, (line, column) => place(first + line, column)),
    problems,
  };
}

function chatBody(lines: readonly string[], linesBefore: number, file: string): Body {
  const { messages, strayLine } = readChatMarkdown(lines);
  const place = (line: number, column = 1): SourcePlace => ({ file, line: line + linesBefore + 1, column });
  const start = place(messages[0]?.headingLine ?? strayLine ?? 0);
  const placeOf = (path: Path): SourcePlace => {
    const index = path[1];
    return typeof index === 'number' ? place(messages[index]?.headingLine ?? 0) : start;
  };
  return {
    key: 'messages',
    value: messages.length === 0 ? {} : { messages: messages.map(({ message }) => message) },
    start,
    placeOf,
    inBody: (index, offset) => {
      const found = messages[index ?? 0];
      if (found === undefined || 'placeholder' in found.message) return start;
      const text = found.message.content.split('\n');
      return within(text, offset, (line, column) => place(found.contentLine + line, column));
    },
    problems:
      strayLine === null
        ? []
        : [problem(place(strayLine), 'messages', "expected a heading such as '## system' first, got text before it")],
  };
}

function within(
  lines: readonly string[],
  offset: number,
  place: (line: number, column: number) => SourcePlace,
): SourcePlace {
  let rest = offset;
  let line = 0;
  for (; line < lines.length - 1 && rest > lines[line]!.length; line++) rest -= lines[line]!.length + 1;
  return place(line, rest + 1);
}

function problem(place: SourcePlace, path: string, message: string): PromptProblem {
  return { place, path, message, severity: 'error' };
}
