import type { DiffLine } from '../prompts/plan/diff-lines';
import type { Paint } from './paint';

const SIGNS = { same: ' ', added: '+', removed: '-' } as const;

/** The lines of a diff as people read them: signs in front, what changed within a line marked on a colour terminal. */
export function renderDiff(lines: readonly DiffLine[], paint: Paint): string[] {
  return lines.map((line) => {
    if (line.kind === 'gap') return paint('dim', gapText(line.lines));
    const [tone, marked] = line.kind === 'added' ? (['good', 'inserted'] as const) : (['bad', 'deleted'] as const);
    const isWhole = line.parts.every(({ isChanged }) => isChanged);
    const text = line.parts.map((part) => {
      const shown = visible(part.text);
      if (line.kind === 'same' || shown === '') return shown;
      return paint(part.isChanged && !isWhole ? marked : tone, shown);
    });
    const sign = SIGNS[line.kind];
    return `${line.kind === 'same' ? sign : paint(tone, sign)} ${text.join('')}`.trimEnd();
  });
}

/** The same without colour, for a Markdown block that is coloured by its reader. */
export function diffText(lines: readonly DiffLine[]): string[] {
  return lines.map((line) =>
    line.kind === 'gap'
      ? `@@ ${gapText(line.lines)} @@`
      : `${SIGNS[line.kind]}${visible(line.parts.map(({ text }) => text).join(''))}`,
  );
}

/** Control characters of a prompt never reach a terminal as such. */
export function visible(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, (character) => {
    const isPlain = character === '\n' || character === '\t';
    return isPlain ? character : `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
}

function gapText(lines: number): string {
  return `… ${lines} equal lines`;
}
