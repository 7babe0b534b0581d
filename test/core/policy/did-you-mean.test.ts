import { closest, didYouMean } from '../../../src/core/policy/did-you-mean';

const KEYS = ['minUnits', 'guardrails', 'timeZone', 'higher_is_better', 'alphaSrm', 'alpha'];

test.each([
  ['minunits', 'minUnits'],
  ['min_units', 'minUnits'],
  ['minUntis', 'minUnits'],
  ['guardrail', 'guardrails'],
  ['higher', 'higher_is_better'],
  ['alpah', 'alpha'],
  ['xyz', null],
  ['', null],
  ['?', null],
  ['a'.repeat(100_000), null],
])('%s is near %s', (text, near) => {
  expect(closest(text, KEYS)).toBe(near);
});

test('says nothing where nothing is near', () => {
  expect(didYouMean('timezone', KEYS)).toBe("; did you mean 'timeZone'?");
  expect(didYouMean('banana', KEYS)).toBe('');
});
