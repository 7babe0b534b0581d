import type { Path } from '../../core/policy/problem';
import type { SourcePlace } from '../definition';

/** Finds where the parts of one written prompt stand. */
export interface Places {
  /** Where the value of a path stands (an unknown key: the key); where it does not stand, its nearest parent. */
  of: (path: Path) => SourcePlace;
  /**
   * Where a character of the body stands, as near as it is known.
   * @param message index of the chat message; null for a text prompt
   * @param offset from the start of the text, in UTF-16 code units
   */
  inBody: (message: number | null, offset: number) => SourcePlace;
}

/** Line and column, from 1, of an offset in a text. */
export function positionAt(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: before.length - lineStart + 1 };
}
