import { parseJudgement } from '../../../src/prompts/test/judges';

test.each([
  ['0.8', 0.8],
  [' 1 ', 1],
  ['0', 0],
  ['.5', 0.5],
  ['1.0', 1],
  ['**0.7**', 0.7],
  ['Score: 0.4', 0.4],
  ['My rating = 0.4.', 0.4],
  ['0.8 / 1', 0.8],
  ['0.8 out of 1', 0.8],
  ['It is polite, but 2 facts are missing.\n\nScore: 0.6', 0.6],
])('%j is the judgement %d', (text, expected) => expect(parseJudgement(text)).toBe(expected));

test.each([
  [''],
  ['8'],
  ['1.5'],
  ['-0.5'],
  ['0,8'],
  ['8/10'],
  ['I cannot judge 1 answer'],
  ['From 0 to 1 I would say it is good'],
  ['0.8\nbut I am not sure'],
])('%j is no judgement', (text) => expect(parseJudgement(text)).toBeNull());
