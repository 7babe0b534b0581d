import mustache, { type TemplateSpans } from 'mustache';

/** A variable where a text uses it. */
export interface Use {
  name: string;
  /** From the start of the text, in UTF-16 code units. */
  offset: number;
}

/** Something in a template that does not work everywhere, or nowhere. */
export interface Oddity {
  offset: number;
  message: string;
  severity: 'error' | 'warning';
}

/** What a text uses. */
export interface Template {
  uses: Use[];
  oddities: Oddity[];
}

/** A variable's name as Langfuse knows it. */
export const VARIABLE_NAME = /^\p{L}[\p{L}\p{N}_]*$/u;

type Token = TemplateSpans[number];

/** Reads the variables of a text as Langfuse's clients compile it (Mustache). */
export function readTemplate(text: string): Template {
  const template: Template = { uses: [], oddities: [] };
  if (!text.includes('{{')) return template;
  const plain = plainUses(text);
  if (plain !== null) return { ...template, uses: plain };
  try {
    for (const token of mustache.parse(text)) readToken(token, text, template);
  } catch (error) {
    template.oddities.push(unreadable(text, error as Error));
  }
  return template;
}

/** The uses in a text that holds plain variables only, as most do; null for any other. Mustache's own parser takes far longer. */
function plainUses(text: string): Use[] | null {
  const uses = [...text.matchAll(/\{\{\s*(\p{L}[\p{L}\p{N}_]*)\s*\}\}/gu)].map((match) => ({
    name: match[1]!,
    offset: match.index,
  }));
  const openings = text.split('{{').length - 1;
  return openings === uses.length && !text.includes('{{{') && !text.includes('}}}') ? uses : null;
}

function readToken(token: Token, text: string, template: Template): void {
  const [kind, name, offset] = token;
  const odd = (severity: Oddity['severity'], message: string): void =>
    void template.oddities.push({ offset, message, severity });
  switch (kind) {
    case 'text':
      return;
    case '!':
      odd('warning', `the comment '{{! …}}' works with Langfuse's JavaScript client only`);
      return;
    case '=':
      odd('error', `expected variables such as '{{name}}', got a change of their delimiters`);
      return;
    case '>':
      odd('error', `expected a variable, got the partial '{{> ${name}}}', which compiles to nothing`);
      return;
    case '#':
    case '^':
      odd('warning', `the section '{{${kind}${name}}}' works with Langfuse's JavaScript client only`);
      addUse(name, offset, template);
      for (const inner of token[4] as unknown as Token[]) readToken(inner, text, template);
      return;
    default:
      if (kind === '&')
        odd(
          'warning',
          `expected '{{${name}}}', got '${text.slice(offset, token[3])}', which works with Langfuse's JavaScript client only`,
        );
      addUse(name, offset, template);
  }
}

function addUse(name: string, offset: number, { uses, oddities }: Template): void {
  if (VARIABLE_NAME.test(name)) uses.push({ name, offset });
  else {
    const message = `expected a variable's name of letters, digits and '_' that starts with a letter, got '{{${shortened(name)}}}'`;
    oddities.push({ offset, message, severity: 'error' });
  }
}

function shortened(name: string): string {
  const line = name.replaceAll(/\s+/gu, ' ');
  return line.length > 40 ? `${line.slice(0, 40)}…` : line;
}

/** What the parser throws says where it stopped: at the end for a tag without its end. */
function unreadable(text: string, { message }: Error): Oddity {
  const at = Number(/ at:? (\d+)$/u.exec(message)?.[1] ?? 0);
  const opening = text.lastIndexOf('{{', Math.max(at - 1, 0));
  const offset = message.startsWith('Unclosed tag') && opening !== -1 ? opening : Math.min(at, text.length);
  const what = message.replace(/ at:? \d+$/u, '');
  return { offset, message: `expected variables such as '{{name}}', got: ${what.toLowerCase()}`, severity: 'error' };
}
