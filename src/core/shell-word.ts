/**
 * A text as one word of a POSIX shell, for commands that people are told to type: prompts may have spaces, quotes and
 * anything else in their names. What no shell reads in a way of its own stays as it is.
 */
export function shellWord(text: string): string {
  return /^[\p{L}\p{M}\p{N}@%+:,./_-]+$/u.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
