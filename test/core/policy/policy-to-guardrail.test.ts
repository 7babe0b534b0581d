import { freezeGuardrails } from '../../../src/core/judging/freeze-guardrails';
import { HELPFUL, policyOf } from './example-policy';

/** What the judge makes of a written guardrail when the stable version has no history. */
function frozen(written: object) {
  const { guardrails } = freezeGuardrails(policyOf({ guardrails: [HELPFUL, written] }), new Map());
  return guardrails[1]!;
}

describe('a written margin and limit mean the same to the judge', () => {
  test.each<[string, object, number, number | null]>([
    ['error rate, by default a point', { metric: 'error_rate', ceiling: 0.1 }, 0.01, 0.9],
    ['stars from 1 to 5, by default .25', { ...HELPFUL, metric: 'score:s', range: [1, 5], floor: 4 }, 0.0625, 0.75],
    ['tail at odds 1.5: 1/9 x 1.5 = 1/6, a share of 1/7', { metric: 'latency.p90', ceiling: 0.2 }, 1 / 7 - 0.1, 0.8],
    ['units without a score', { metric: 'coverage:helpfulness', ceiling: 0.2 }, 0.05, 0.8],
    ['rude answers', { metric: 'score:tone=rude', direction: 'lower_is_better', ceiling: 0.1 }, 0.05, 0.9],
    ['thumbs', { metric: 'score:up', direction: 'higher_is_better', floor: 0.7 }, 0.05, 0.7],
    // Caps without history: 10 ms to 10 min. 6 s lies at ln(600) / ln(60000) of the way.
    [
      'latency, by default 10 %',
      { metric: 'latency', ceiling: 6000 },
      Math.log(1.1) / Math.log(60_000),
      1 - Math.log(600) / Math.log(60_000),
    ],
  ])('%s', (_, written, delta, floor) => {
    const guardrail = frozen(written);
    expect(guardrail.delta).toBeCloseTo(delta, 10);
    expect(guardrail.floor).toBeCloseTo(floor!, 10);
  });

  test('every default policy of a metric can be frozen', () => {
    for (const metric of ['latency', 'latency.p95', 'latency.p99', 'cost', 'tokens', 'error_rate', 'coverage:x']) {
      expect(frozen({ metric }).delta).toBeGreaterThan(0);
    }
  });
});
