import { attribute, stageAt, unitOf, type AttributionRules } from '../../../src/core/evidence/attribute';

const shares = (percent: number) => [
  { arm: 1, to: 100 * percent },
  { arm: 0, to: 9000 },
];
const RULES: AttributionRules = {
  stages: [
    { arms: shares(10), fromMs: 1000, toMs: 2000 },
    { arms: shares(50), fromMs: 3000, toMs: null },
  ],
  versions: [1, 2],
  environments: ['production'],
  assignmentMaxAgeMs: 100,
};
const ROW = { startMs: 1500, version: 1, environment: 'production', bucket: 5000, isFallback: false };

test.each([
  [999, -1],
  [1000, 0],
  [1999, 0],
  [2000, -1],
  [2999, -1],
  [3000, 1],
  [9e9, 1],
])('the stage at %d is %d', (atMs, stage) => expect(stageAt(RULES.stages, atMs)).toBe(stage));

test.each([
  ['its arm in its stage', {}, { kind: 'used', stage: 0, arm: 0 }],
  ['the last bucket of the candidate', { bucket: 999, version: 2 }, { kind: 'used', stage: 0, arm: 1 }],
  ['the first bucket of stable', { bucket: 1000, version: 1 }, { kind: 'used', stage: 0, arm: 0 }],
  ['the same unit at a larger share', { bucket: 1000, version: 2, startMs: 3500 }, { kind: 'used', stage: 1, arm: 1 }],
  ['between the stages', { startMs: 2500 }, { kind: 'outside' }],
  ['before the rollout, whatever else', { startMs: 1, environment: 'x', isFallback: true }, { kind: 'outside' }],
  ['a bucket of no arm', { bucket: 9000, version: 7 }, { kind: 'outside' }],
  ['a wrong version', { version: 2 }, { kind: 'unusable', why: 'wrong_version' }],
  ['a version of neither arm', { version: 9 }, { kind: 'unusable', why: 'wrong_version' }],
  ['a wrong version while documents may be old', { version: 2, startMs: 1100 }, { kind: 'outside' }],
  ['a wrong version just after that', { version: 2, startMs: 1101 }, { kind: 'unusable', why: 'wrong_version' }],
  ['another environment', { environment: 'staging' }, { kind: 'unusable', why: 'other_environment' }],
  ['no unit of the right kind', { isFallback: true }, { kind: 'unusable', why: 'no_unit' }],
])('%s', (_, changes, attribution) => {
  expect(attribute(RULES, { ...ROW, ...changes })).toEqual(attribution);
});

const NOBODY = { userId: null, sessionId: null, traceId: 't' };

test.each([
  ['user', { userId: 'u', sessionId: 's' }, { unit: 'u', isFallback: false }],
  ['user', { sessionId: 's' }, { unit: 's', isFallback: true }],
  ['user', {}, { unit: 't', isFallback: true }],
  ['session', { userId: 'u', sessionId: 's' }, { unit: 's', isFallback: false }],
  ['session', { userId: 'u' }, { unit: 'u', isFallback: true }],
  ['trace', { userId: 'u', sessionId: 's' }, { unit: 't', isFallback: false }],
] as const)('where the %s is randomised, the unit of %j', (kind, ids, unit) => {
  expect(unitOf({ ...NOBODY, ...ids }, kind)).toEqual(unit);
});
