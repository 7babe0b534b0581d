/* oxlint-disable unicorn/no-thenable -- `maxHold.then` is a word of the policy, never a function */
import { problemsWith } from './example-policy';

const step = (percent: unknown, bake: unknown = '24h') => ({ percent, bake });
const quiet = (changes: object) => ({
  quietHours: [{ days: ['fri'], from: '18:00', to: '08:00', timeZone: 'Europe/Berlin', ...changes }],
});

describe('refused', () => {
  test.each<[string, object, RegExp]>([
    ['no step', { steps: [] }, /^steps: .*an empty list$/u],
    ['percents that fall', { steps: [step(50), step(10)] }, /^steps\[1\]\.percent: .*rise, above 50, got 10$/u],
    ['percents that stay', { steps: [step(10), step(10)] }, /^steps\[1\]\.percent: .*got 10$/u],
    ['0 percent', { steps: [step(0)] }, /^steps\[0\]\.percent: .*above 0 and below 100, got 0$/u],
    ['100 percent', { steps: [step(100)] }, /^steps\[0\]\.percent: .*got 100$/u],
    ['a percent in quotes', { steps: [step('10')] }, /^steps\[0\]\.percent: .*got '10'$/u],
    ['a percent of NaN', { steps: [step(Number.NaN)] }, /^steps\[0\]\.percent: .*got NaN$/u],
    ['a step without a bake time', { steps: [{ percent: 5 }] }, /^steps\[0\]\.bake: .*got nothing$/u],
    ['a bake time of 0', { steps: [step(10, '0s')] }, /^steps\[0\]\.bake: .*above 0.*got '0s'$/u],
    ['a bake time without a unit', { steps: [step(10, 24)] }, /^steps\[0\]\.bake: .*unit.*got 24$/u],
    ['a last step over what the hold-out leaves', { steps: [step(96)] }, /^steps\[0\]\.percent: .*at most 95/u],
    ['a fraction of a unit', { minUnits: 1.5 }, /^minUnits: .*got 1\.5$/u],
    ['no unit', { minUnits: 0 }, /^minUnits: .*got 0$/u],
    ['an unknown kind of unit', { unit: 'users' }, /^unit: .*did you mean 'user'\?$/u],
    ['alpha 0', { alpha: 0 }, /^alpha: .*got 0$/u],
    ['alpha above .5', { alpha: 0.51 }, /^alpha: .*at most 0\.5, got 0\.51$/u],
    ['beta infinite', { beta: Infinity }, /^beta: .*got Infinity$/u],
    ['alphaSrm negative', { alphaSrm: -0.1 }, /^alphaSrm: .*got -0\.1$/u],
    ['a negative settle time', { settle: '-1m' }, /^settle: .*got '-1m'$/u],
    ['an edit window without a unit', { editWindow: '24' }, /^editWindow: .*got '24'$/u],
    ['no environment', { environments: [] }, /^environments: .*an empty list$/u],
    ['an environment without a name', { environments: [' '] }, /^environments\[0\]: .*got ' '$/u],
    ['an environment twice', { environments: ['a', 'b', 'a'] }, /^environments\[2\]: .*once, got 'a' again$/u],
    [
      'a pause before the alert',
      { deadlines: { noData: { alert: '2h', pause: '1h' } } },
      /^deadlines\.noData\.alert: /u,
    ],
    ['an alert after the default pause', { deadlines: { noData: { alert: '25h' } } }, /\.alert: .*24h\), got 25h$/u],
    ['a deadline of an unknown kind', { deadlines: { nodata: {} } }, /^deadlines\.nodata: .*mean 'noData'\?$/u],
    ['a hold-out of half', { holdout: 50 }, /^holdout: .*below 50, got 50$/u],
    ['a negative hold-out', { holdout: -1 }, /^holdout: .*got -1$/u],
    ['a negative watch', { watch: '-1h' }, /^watch: .*got '-1h'$/u],
    ['an unknown answer to a new candidate', { onNewCandidate: 'queue' }, /^onNewCandidate: .*'supersede' or 'wait'/u],
    ['a share above 1', { maxUnusableShare: 5 }, /^maxUnusableShare: .*at most 1, got 5$/u],
    ['a hold without time', { maxHold: { after: '0s' } }, /^maxHold\.after: .*got '0s'$/u],
    ['an unknown end of a hold', { maxHold: { then: 'rollback' } }, /^maxHold\.then: .*mean 'roll_back'\?$/u],
    ['a flag in words', { allowWithoutScores: 'yes' }, /^allowWithoutScores: expected true or false, got 'yes'$/u],
    ['quiet hours without days', quiet({ days: [] }), /^quietHours\[0\]\.days: .*an empty list$/u],
    ['a day by another name', quiet({ days: ['Friday'] }), /^quietHours\[0\]\.days\[0\]: .*mean 'fri'\?$/u],
    ['a day twice', quiet({ days: ['fri', 'fri'] }), /^quietHours\[0\]\.days\[1\]: .*once/u],
    ['a time without a zero', quiet({ from: '8:00' }), /^quietHours\[0\]\.from: .*got '8:00'$/u],
    ['a start at 24:00', quiet({ from: '24:00' }), /^quietHours\[0\]\.from: .*'23:59', got '24:00'$/u],
    ['an end after midnight', quiet({ to: '24:30' }), /^quietHours\[0\]\.to: .*got '24:30'$/u],
    ['an empty interval', quiet({ to: '18:00' }), /^quietHours\[0\]\.to: .*another time than 'from'/u],
    ['an unknown zone', quiet({ timeZone: 'Europe/Berln' }), /^quietHours\[0\]\.timeZone: .*mean 'Europe\/Berlin'\?$/u],
    ['an offset for a zone', quiet({ timeZone: '+02:00' }), /^quietHours\[0\]\.timeZone: .*IANA.*got '\+02:00'$/u],
  ])('%s', (_, policy, problem) => {
    expect(problemsWith(policy)).toEqual([expect.stringMatching(problem)]);
  });
});

describe('accepted', () => {
  test.each<[string, object]>([
    ['steps of seconds', { steps: [step(1, '5s'), step(95, '500ms')] }],
    ['a step up to 99.99 without a hold-out', { steps: [step(99.99)], holdout: 0 }],
    ['alpha .5', { alpha: 0.5, beta: 0.5, alphaSrm: 0.5 }],
    ['an alert at the pause', { deadlines: { noData: { alert: '24h' }, dataFault: { pause: '0s' } } }],
    ['no settle time, no edit window', { settle: '0s', editWindow: '0s' }],
    ['quiet hours in a zone with a plain name', quiet({ from: '00:00', to: '24:00', timeZone: 'UTC' })],
    ['any unusable row is a fault', { maxUnusableShare: 0 }],
  ])('%s', (_, policy) => {
    expect(() => problemsWith(policy)).toThrow('the policy was accepted');
  });
});
