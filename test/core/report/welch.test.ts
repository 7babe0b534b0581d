import { array, assert, double, property } from 'fast-check';
import { addToAggregate, emptyAggregate, type Aggregate } from '../../../src/core/metrics/aggregate';
import { student975 } from '../../../src/core/report/student';
import { welchDifference } from '../../../src/core/report/welch';

function aggregate(values: readonly number[]): Aggregate {
  const sums = emptyAggregate(false);
  for (const value of values) addToAggregate(sums, value);
  return sums;
}

test.each([
  // scipy 1.17.1: scipy.stats.t.ppf(0.975, df)
  [1, 12.706204736174694],
  [1.5, 6.016663104427929],
  [2, 4.302652729749462],
  [3, 3.1824463052837078],
  [4.2, 2.7250727225923743],
  [7.5, 2.333039626864974],
  [10, 2.228138851986274],
  [29.3, 2.044320421500141],
  [100, 1.9839715185235518],
  [1234.5, 1.9618874833313453],
  [1e5, 1.9599877075346095],
  [2e6, 1.9599651706763748],
])('the 97.5 %% quantile of Student t with %d degrees of freedom is %d', (df, expected) => {
  expect(Math.abs(student975(df) - expected)).toBeLessThan(1e-5);
});

test('less than one degree of freedom is refused', () => {
  expect(() => student975(0.5)).toThrow(RangeError);
});

describe('the difference of two means', () => {
  test("equals another program's", () => {
    // scipy 1.17.1: scipy.stats.ttest_ind(a, b, equal_var=False).confidence_interval(0.95)
    const a = [3.1, 4.2, 5.0, 4.4, 3.9, 4.8];
    const b = [2.0, 3.5, 2.9, 3.3];
    const { value, low, high, why } = welchDifference(aggregate(a), aggregate(b));
    expect(value).toBeCloseTo(1.3083333333333336, 10);
    expect(low).toBeCloseTo(0.27293040329507745, 8);
    expect(high).toBeCloseTo(2.3437362633715897, 8);
    expect(why).toBeNull();
  });

  test('has no interval where the values do not vary, and says so', () => {
    const error = welchDifference(aggregate([0, 0, 0]), aggregate([0, 0]));
    expect(error).toEqual({ value: 0, low: null, high: null, why: 'no_variance' });
    const tenths = welchDifference(aggregate(Array.from({ length: 5000 }, () => 0.1)), aggregate([0.3, 0.3, 0.3]));
    expect(tenths).toMatchObject({ low: null, high: null, why: 'no_variance' });
  });

  test('has an interval when one of the two varies', () => {
    const { low, high, why } = welchDifference(aggregate([1, 0, 1, 0]), aggregate([0, 0, 0]));
    expect(why).toBeNull();
    expect(low).toBeLessThan(0.5);
    expect(high).toBeGreaterThan(0.5);
  });

  test('has no interval for a single value', () => {
    const one = welchDifference(aggregate([5]), aggregate([1, 2, 3]));
    expect(one).toEqual({ value: 3, low: null, high: null, why: 'too_few_values' });
  });

  test('turns its sign with its sides, and its interval holds it', () => {
    const values = array(double({ min: -100, max: 100, noNaN: true }), { minLength: 2, maxLength: 20 });
    assert(
      property(values, values, (a, b) => {
        const forth = welchDifference(aggregate(a), aggregate(b));
        const back = welchDifference(aggregate(b), aggregate(a));
        expect(forth.value).toBeCloseTo(-back.value, 9);
        expect(forth.why).toBe(back.why);
        if (forth.low === null || forth.high === null || back.high === null) return;
        expect(forth.low).toBeLessThanOrEqual(forth.value);
        expect(forth.high).toBeGreaterThanOrEqual(forth.value);
        expect(forth.low).toBeCloseTo(-back.high, 6);
      }),
      { numRuns: 100 },
    );
  });
});
