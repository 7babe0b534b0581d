import * as fc from 'fast-check';
import { assign, type Assignment } from '../../../src/core/assignment/assignment';
import { BUCKETS } from '../../../src/core/assignment/bucket';
import { parseAssignment } from '../../../src/core/assignment/parse-assignment';
import cases from '../../../docs/assignment-cases.v1.json';

const DOCUMENT: Assignment = {
  schema: 1,
  prompt: 'greeting',
  epoch: 4,
  stable: 7,
  experiment: 'greeting/8/1',
  step: 0,
  salt: 'salt',
  arms: [{ name: 'candidate', version: 8, from: 0, to: 1000 }],
  writtenAtMs: 1000,
};

test.each(cases.assignments)('$unit under $salt, $arms', ({ unit, version, arm, ...given }) => {
  expect(assign({ ...DOCUMENT, ...given }, unit)).toMatchObject({ version, arm });
});

test('a unit in an arm stays in it when its range grows', () => {
  const end = fc.integer({ min: 0, max: BUCKETS });
  fc.assert(
    fc.property(fc.string(), fc.string(), end, end, (salt, unit, a, b) => {
      const armAt = (to: number) => assign({ ...DOCUMENT, salt, arms: [{ ...DOCUMENT.arms[0]!, to }] }, unit).arm;
      expect(armAt(Math.max(a, b)) === 'candidate' || armAt(Math.min(a, b)) === 'stable').toBe(true);
    }),
  );
});

describe('a document that was read', () => {
  test('is taken as it is, with keys that are not known', () => {
    const document = { ...DOCUMENT, note: 'later' };
    expect(parseAssignment('x', document)).toBe(document);
    expect(parseAssignment('x', { ...DOCUMENT, stable: null, experiment: null, step: null, arms: [] })).toMatchObject({
      stable: null,
    });
  });

  const arm = (changes: object) => ({ arms: [{ ...DOCUMENT.arms[0], ...changes }] });
  test.each([
    [null, 'x: expected an object, got null'],
    ['text', 'x: expected an object, got "text"'],
    [[DOCUMENT], 'x: expected an object, got [{'],
    [{ ...DOCUMENT, schema: 2 }, 'x.schema: expected 1, got 2'],
    [{ ...DOCUMENT, prompt: '' }, 'x.prompt: expected a text, got ""'],
    [{ ...DOCUMENT, epoch: 1.5 }, 'x.epoch: expected an integer, got 1.5'],
    [{ ...DOCUMENT, epoch: undefined }, 'x.epoch: expected an integer, got nothing'],
    [{ ...DOCUMENT, stable: 0 }, 'x.stable: expected a version or null, got 0'],
    [{ ...DOCUMENT, experiment: 5 }, 'x.experiment: expected a text or null, got 5'],
    [{ ...DOCUMENT, step: -1 }, 'x.step: expected an integer or null, got -1'],
    [{ ...DOCUMENT, salt: null }, 'x.salt: expected a text, got null'],
    [{ ...DOCUMENT, arms: {} }, 'x.arms: expected a list, got {}'],
    [{ ...DOCUMENT, writtenAtMs: 'now' }, 'x.writtenAtMs: expected a number, got "now"'],
    [{ ...DOCUMENT, arms: [5] }, 'x.arms[0]: expected an object, got 5'],
    [{ ...DOCUMENT, ...arm({ name: '' }) }, 'x.arms[0].name: expected a text, got ""'],
    [{ ...DOCUMENT, ...arm({ version: '8' }) }, 'x.arms[0].version: expected an integer from 1, got "8"'],
    [{ ...DOCUMENT, ...arm({ from: -1 }) }, 'x.arms[0].from: expected an integer from 0 to 10000, got -1'],
    [{ ...DOCUMENT, ...arm({ from: 500, to: 400 }) }, 'x.arms[0].to: expected an integer from 500 to 10000, got 400'],
    [{ ...DOCUMENT, ...arm({ to: 10_001 }) }, 'x.arms[0].to: expected an integer from 0 to 10000, got 10001'],
    [
      { ...DOCUMENT, arms: [DOCUMENT.arms[0], { name: 'b', version: 9, from: 999, to: 2000 }] },
      'x.arms[1]: expected buckets that no other arm has, got {',
    ],
  ])('is refused with its path: %j', (value, problem) => {
    expect(parseAssignment('x', value)).toContain(problem);
  });
});
