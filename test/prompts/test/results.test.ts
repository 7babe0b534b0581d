import { judgedSamples } from '../../../src/prompts/test/results';
import { result, sample } from './result-makers';

const yes = sample('yes');
const no = sample('no', 'expected yes');
const lost = sample(null, null, 'no answer');
const many = (n: number, one = yes) => Array.from({ length: n }, () => one);

test.each([
  ['all pass', [...many(5)], 'passed'],
  ['four of five are 80 %', [...many(4), no], 'passed'],
  ['three of five are not', [...many(3), no, no], 'failed'],
  ['one lost answer does not matter where four pass', [...many(4), lost], 'passed'],
  ['lost answers that decide are an error, no failure', [...many(3), no, lost], 'error'],
  ['what has failed whatever was lost is a failure', [...many(2), no, no, lost], 'failed'],
  ['nothing was judged', [lost], 'error'],
])('a case: %s', (_, samples, outcome) => {
  expect(result({ a: samples }).cases[0]!.outcome).toBe(outcome);
});

test.each([
  [{ a: [yes], b: [yes], c: [yes], d: [yes], e: [no] }, 'passed'],
  [{ a: [yes], b: [yes], c: [yes], d: [no], e: [no] }, 'failed'],
  [{ a: [yes], b: [yes], c: [yes], d: [no], e: [lost] }, 'error'],
  [{}, 'no_cases'],
])('a prompt passes with 80 %% of its cases: %#', (cases, outcome) => {
  expect(result(cases as never).outcome).toBe(outcome);
});

test('shares are compared as counts: seven of ten at 0.7', () => {
  expect(result(Object.fromEntries([...many(7), ...many(3, no)].map((one, i) => [`c${i}`, [one]])), 0.7).outcome).toBe(
    'passed',
  );
});

test('what was lost is not counted as judged, and the interval is of what was', () => {
  const { cases } = result({ a: [yes, no, lost], b: [yes] });
  expect(judgedSamples(cases)).toEqual({ passed: 2, of: 3 });
  expect(cases[0]!.interval!.low).toBeCloseTo(0.0945, 3);
  expect(result({ a: [lost] }).cases[0]!.interval).toBeNull();
});
