/** A piece of HTML that may stand in a page as it is. Made only by {@link html}. */
export interface Html {
  readonly markup: string;
}

type Part = string | number | Html | readonly Html[];

/**
 * A template whose values are escaped, unless they are HTML already. Values may stand in text and in attributes with
 * double quotes. The template's own lines lose their indentation.
 */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return {
    markup: strings
      .map((text, index) => text.replaceAll(/\n\s*/gu, '\n') + (index < parts.length ? render(parts[index]!) : ''))
      .join(''),
  };
}

/** Text that people wrote, kept apart from the direction of the text around it. */
export function isolated(text: string): Html {
  return html`<bdi>${text}</bdi>`;
}

/** Nothing. */
export const NOTHING: Html = { markup: '' };

/** Bytes of the markup in UTF-8. */
export function sizeOf({ markup }: Html): number {
  return new TextEncoder().encode(markup).length;
}

/** The same text on one line of plain text, without characters that could draw it elsewhere or fake another line. */
export function plainText(text: string): string {
  const line = harmless(text).replaceAll(/\s+/gu, ' ').trim();
  return /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/u.test(line) ? `\u2068${line}\u2069` : line;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function render(part: Part): string {
  if (typeof part === 'number') return String(part);
  if (typeof part === 'string') return harmless(part).replaceAll(/[&<>"']/gu, (sign) => ENTITIES[sign] ?? '');
  if ('markup' in part) return part.markup;
  return part.map(({ markup }) => markup).join('');
}

/** Control characters become spaces, halves of characters a replacement, marks that override a direction nothing. */
function harmless(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ' ')
    .replaceAll(/\p{Surrogate}/gu, '\ufffd')
    .replaceAll(/[\u202a-\u202e\u2066-\u2069]/gu, '');
}
