import * as fc from 'fast-check';
import { contentDiff, diffOf, type DiffLine } from '../../../src/prompts/plan/diff-lines';

function shown(lines: readonly DiffLine[]): string[] {
  const signs = { same: ' ', added: '+', removed: '-' };
  return lines.map((line) => {
    if (line.kind === 'gap') return `… ${line.lines}`;
    return `${signs[line.kind]}${line.parts.map(({ text, isChanged }) => (isChanged ? `[${text}]` : text)).join('')}`;
  });
}

test('a little of what is around a change is shown, the rest is a gap', () => {
  const before = Array.from({ length: 12 }, (_, index) => `line ${index}`);
  const after = before.with(6, 'another').concat('end');
  expect(shown(diffOf(before.join('\n'), after.join('\n')))).toEqual([
    '… 4',
    ' line 4',
    ' line 5',
    '-[line 6]',
    '+[another]',
    ' line 7',
    ' line 8',
    ' line 9',
    ' line 10',
    ' line 11',
    '+end',
  ]);
});

test('words that changed within a line are marked', () => {
  expect(shown(diffOf('Answer the question politely.', 'Answer the question kindly.'))).toEqual([
    '-Answer the question [politely].',
    '+Answer the question [kindly].',
  ]);
});

test('white space at the end of a line or of the text is a change', () => {
  expect(diffOf('a', 'a ')).not.toEqual([]);
  expect(shown(diffOf('a', 'a\n'))).toEqual([' a', '+']);
});

test('texts that have nothing in common are compared in bounded work', () => {
  const text = (seed: number): string =>
    Array.from({ length: 20_000 }, (_, index) => `${index * seed} words`).join('\n');
  const lines = diffOf(text(3), text(7));
  expect(lines.filter(({ kind }) => kind === 'removed').length).toBeGreaterThan(10_000);
});

test('both texts can be read from the lines, but for what the gaps leave out', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c d', '', 'e'), { maxLength: 12 }).map((lines) => lines.join('\n'));
  fc.assert(
    fc.property(text, text, (before, after) => {
      const lines = diffOf(before, after);
      if (before === after) return expect(lines).toEqual([]);
      const count = (...kinds: string[]): number =>
        lines.reduce((sum, line) => sum + (kinds.includes(line.kind) ? (line.kind === 'gap' ? line.lines : 1) : 0), 0);
      const length = (written: string): number => (written === '' ? 0 : written.split('\n').length);
      expect([count('same', 'gap', 'removed'), count('same', 'gap', 'added')]).toEqual([length(before), length(after)]);
    }),
  );
});

test('the same words as another type, or divided into other messages, are not the same', () => {
  const text = { body: { type: 'text', text: '[user]\nhi' }, config: {} } as const;
  const chat = { body: { type: 'chat', messages: [{ role: 'user', content: 'hi' }] }, config: {} } as const;
  const one = { body: { type: 'chat', messages: [{ role: 'user', content: 'a\n\n[user]\nb' }] }, config: {} } as const;
  const two = {
    body: { type: 'chat', messages: ['a', 'b'].map((content) => ({ role: 'user', content })) },
    config: {},
  } as const;
  expect(contentDiff(text, chat).body).not.toEqual([]);
  expect(contentDiff(one, two).body).not.toEqual([]);
  expect(contentDiff(one, one)).toEqual({ body: [], config: [] });
});
