/** Backticks that nothing in a text can end. @param least of a block 3, within a line 1 */
export function fenceFor(text: string, least: number): string {
  const runs = text.match(/`+/gu)?.map(({ length }) => length) ?? [];
  return '`'.repeat(Math.max(least, ...runs.map((length) => length + 1)));
}
