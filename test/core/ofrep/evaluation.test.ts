import * as fc from 'fast-check';
import { assign, type Assignment } from '../../../src/core/assignment/assignment';
import { evaluate } from '../../../src/core/ofrep/evaluation';
import { sampleAssignment } from '../../contracts/sample-item';

const ramping = sampleAssignment('support/answer');
const atRest: Assignment = { ...ramping, experiment: null, step: null, arms: [] };

/** The first unit of an arm. */
function unitOf(assignment: Assignment, arm: string): string {
  for (let i = 0; ; i++) if (assign(assignment, `user-${i}`).arm === arm) return `user-${i}`;
}

test('a unit of the candidate gets its version, the arm, and what is being tried', () => {
  expect(evaluate(ramping, unitOf(ramping, 'candidate'))).toEqual({
    key: 'support/answer',
    value: { version: 4 },
    reason: 'SPLIT',
    variant: 'candidate',
    metadata: { rollout: 'support/answer/4/1000', step: 0, percent: 10 },
  });
});

test('everybody else gets the stable version, with the same metadata', () => {
  expect(evaluate(ramping, unitOf(ramping, 'stable'))).toMatchObject({
    value: { version: 3 },
    reason: 'SPLIT',
    variant: 'stable',
    metadata: { percent: 10 },
  });
});

test('without an experiment everybody gets the stable version, and the metadata is empty', () => {
  const expected = { key: 'support/answer', value: { version: 3 }, reason: 'STATIC', variant: 'stable', metadata: {} };
  expect(evaluate(atRest, 'user-1')).toEqual(expected);
});

test('a comparison names its arms and has no step', () => {
  const arms = [
    { name: 'a', version: 5, from: 0, to: 5000 },
    { name: 'b', version: 6, from: 5000, to: 10_000 },
  ];
  const comparing = { ...ramping, experiment: 'support/answer/compare/1', step: null, arms };
  const metadata = { rollout: 'support/answer/compare/1', percent: 100 };
  expect(evaluate(comparing, unitOf(comparing, 'a'))).toMatchObject({ value: { version: 5 }, variant: 'a' });
  expect(evaluate(comparing, unitOf(comparing, 'b'))).toEqual({
    key: 'support/answer',
    value: { version: 6 },
    reason: 'SPLIT',
    variant: 'b',
    metadata,
  });
});

test('without a version in production there is no flag', () => {
  expect(evaluate({ ...atRest, stable: null }, 'user-1')).toEqual({
    key: 'support/answer',
    errorCode: 'FLAG_NOT_FOUND',
    errorDetails: 'prompt "support/answer": no version holds the label production',
  });
});

test('metadata holds nothing but texts and numbers, as OFREP wants, for whatever document', () => {
  const documents = fc.record({
    experiment: fc.option(fc.string()),
    step: fc.option(fc.nat()),
    arms: fc.array(fc.record({ name: fc.string(), version: fc.nat(), from: fc.nat(10_000), to: fc.nat(10_000) })),
    stable: fc.option(fc.nat()),
  });
  fc.assert(
    fc.property(documents, fc.string(), (changes, unit) => {
      const answer = evaluate({ ...ramping, ...changes }, unit);
      if ('errorCode' in answer) return answer.errorCode === 'FLAG_NOT_FOUND';
      return Object.values(answer.metadata).every((value) => ['string', 'number'].includes(typeof value));
    }),
  );
});
