import * as fc from 'fast-check';
import { metricId, parseMetric, type Metric } from '../../../src/core/metrics/metric';

const word = fc.string({ minLength: 1, maxLength: 12 }).filter((text) => !/[=,\n]/u.test(text) && text.trim() === text);

const metric: fc.Arbitrary<Metric> = fc.oneof(
  fc.record({
    kind: fc.constant('score' as const),
    name: word,
    categories: fc.option(fc.array(word, { minLength: 1 })),
  }),
  fc.record({ kind: fc.constantFrom('latency' as const, 'cost' as const, 'tokens' as const) }),
  fc.record({
    kind: fc.constant('latency_tail' as const),
    quantile: fc.constantFrom(0.9 as const, 0.95 as const, 0.99 as const),
  }),
  fc.record({ kind: fc.constant('error_rate' as const) }),
  fc.record({ kind: fc.constant('coverage' as const), name: word }),
);

test('the text form of a metric reads back as the same metric', () => {
  fc.assert(fc.property(metric, (each) => expect(parseMetric(metricId(each))).toEqual(each)));
});

test.each(['', 'latancy', 'latency.p50', 'score:', 'score:=a', 'score:x=', 'score:x=a,,b', 'coverage:', 'Error_rate'])(
  '%p is not a metric',
  (text) => expect(parseMetric(text)).toBeNull(),
);
