import { srmLogE } from '../../../src/core/stats/srm';

test('planned shares are no evidence, a wrong share is', () => {
  expect(srmLogE([{ observed: [9000, 1000], weights: [0.9, 0.1] }])).toBeLessThan(0);
  expect(srmLogE([{ observed: [9500, 500], weights: [0.9, 0.1] }])).toBeGreaterThan(Math.log(1000));
});

test('a share of 0 or a count that is none is refused with its path', () => {
  expect(() => srmLogE([{ observed: [1, 0], weights: [1, 0] }])).toThrow(
    'stages[0].weights[0]: expected in (0, 1), got 1',
  );
  expect(() => srmLogE([{ observed: [1], weights: [0.5, 0.5] }])).toThrow('stages[0].observed[1]');
});

test('a billion units in the planned shares raise no alarm, a thousandth off does', () => {
  const evidence = (candidate: number) => srmLogE([{ observed: [1e9 - candidate, candidate], weights: [0.9, 0.1] }]);
  expect(evidence(1e8)).toBeLessThan(0);
  expect(evidence(1.01e8)).toBeGreaterThan(1000);
  expect(Number.isFinite(evidence(0))).toBe(true);
});
