/** The same text on one line of plain text, without characters that could draw it elsewhere or fake another line. */
export function plainText(text: string): string {
  const line = harmless(text).replaceAll(/\s+/gu, ' ').trim();
  return /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/u.test(line) ? `\u2068${line}\u2069` : line;
}

/** Control characters become spaces, halves of characters a replacement, marks that override a direction nothing. */
export function harmless(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ' ')
    .replaceAll(/[\p{Surrogate}\ufffe\uffff]/gu, '\ufffd')
    .replaceAll(/[\u202a-\u202e\u2066-\u2069]/gu, '');
}

/** Bytes of a text in UTF-8. */
export function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
