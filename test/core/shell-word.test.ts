import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { shellWord } from '../../src/core/shell-word';

test.each([
  ['greeting', 'greeting'],
  ['support/answer_v2.1', 'support/answer_v2.1'],
  ['Größe', 'Größe'],
  ['with space', "'with space'"],
  ['a; rm -rf ~', "'a; rm -rf ~'"],
  ["it's $HOME", "'it'\\''s $HOME'"],
  ['', "''"],
])('%j is %s', (text, word) => {
  expect(shellWord(text)).toBe(word);
});

test('a shell reads the very text', () => {
  const texts = fc.sample(
    fc.string({ unit: 'grapheme', maxLength: 40 }).filter((text) => !text.includes('\0')),
    { numRuns: 200, seed: 1 },
  );
  const output = execFileSync('sh', ['-c', `printf '%s\\0' ${texts.map(shellWord).join(' ')}`], { encoding: 'utf8' });
  expect(output.split('\0').slice(0, -1)).toEqual(texts);
});
