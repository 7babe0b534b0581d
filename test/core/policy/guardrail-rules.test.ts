import { HELPFUL, policyOf, problemsOf, problemsWith } from './example-policy';

const guarded = (...guardrails: object[]) => ({ guardrails: [HELPFUL, ...guardrails] });
const score = (changes: object) => ({ ...HELPFUL, metric: 'score:quality', ...changes });

describe('refused', () => {
  test.each<[string, object, string, RegExp]>([
    ['no metric', {}, 'metric', /got nothing$/u],
    ['an empty metric', { metric: '' }, 'metric', /got '' \(empty\)$/u],
    ['a score without a name', { metric: 'score:' }, 'metric', /got 'score:'; its name is empty$/u],
    ['a blank name', { metric: 'coverage: ' }, 'metric', /its name is empty$/u],
    ['a name with white space around', { metric: 'score: a' }, 'metric', /white space$/u],
    ['an empty category', { metric: 'score:tone=good,' }, 'metric', /categories must not be empty/u],
    ['a misspelt metric', { metric: 'latancy' }, 'metric', /did you mean 'latency'\?$/u],
    ['another quantile', { metric: 'latency.p50' }, 'metric', /did you mean 'latency\.p90'\?$/u],
    ['a misspelt prefix', { metric: 'scores:tone' }, 'metric', /did you mean 'score:tone'\?$/u],
    ['a name without its prefix', { metric: 'politeness' }, 'metric', /did you mean 'score:politeness'\?$/u],
    ['a score without a direction', { metric: 'score:x', range: [0, 1] }, 'direction', /for a score, got nothing$/u],
    ['a boolean score without a direction', { metric: 'score:x' }, 'direction', /got nothing$/u],
    ['an unknown direction', score({ direction: 'higher' }), 'direction', /did you mean 'higher_is_better'\?$/u],
    [
      'errors that should rise',
      { metric: 'error_rate', direction: 'higher_is_better' },
      'direction',
      /'lower_is_better'/u,
    ],
    ['cost that should rise', { metric: 'cost', direction: 'higher_is_better' }, 'direction', /'lower_is_better'/u],
    ['a tail that should rise', { metric: 'latency.p95', direction: 'higher_is_better' }, 'direction', /'lower_is/u],
    [
      'missing scores that should rise',
      { metric: 'coverage:x', direction: 'higher_is_better' },
      'direction',
      /'lower_is/u,
    ],
    ['a range upside down', score({ range: [1, 0] }), 'range', /low below high, got \[1, 0\]$/u],
    ['a range of one point', score({ range: [1, 1] }), 'range', /got \[1, 1\]$/u],
    ['a range of one number', score({ range: [1] }), 'range', /two numbers \[low, high\], got a list of 1$/u],
    ['a range of three numbers', score({ range: [0, 1, 2] }), 'range', /got a list of 3$/u],
    ['an infinite range', score({ range: [0, Infinity] }), 'range[1]', /expected a number, got Infinity$/u],
    ['a range for latency', { metric: 'latency', range: [0, 9] }, 'range', /expected no range for 'latency'/u],
    ['a range for categories', score({ metric: 'score:tone=good', range: [0, 1] }), 'range', /expected no range/u],
    ['a margin of 0', score({ margin: 0 }), 'margin', /above 0, got 0$/u],
    ['a margin as wide as the range', score({ range: [1, 5], margin: 4 }), 'margin', /below 4.*got 4$/u],
    ['a margin of 5 "percent"', { metric: 'error_rate', margin: 5 }, 'margin', /below 1, as a share, got 5$/u],
    ['a margin of 10 "percent"', { metric: 'latency', margin: 10 }, 'margin', /at most 1 \(0\.1 is 10 %\), got 10$/u],
    ['odds ten times as high', { metric: 'latency.p90', margin: 9 }, 'margin', /at most 4 .*, got 9$/u],
    [
      'points of a score without a range',
      { metric: 'score:stars', direction: 'higher_is_better', margin: 2 },
      'margin',
      /a numeric score needs a range\), got 2$/u,
    ],
    ['no margin where none is the default', score({ range: [0, 10] }), 'margin', /expected a margin .*, got nothing$/u],
    ['a floor where lower is better', { metric: 'error_rate', floor: 0.1 }, 'floor', /only where higher_is_better/u],
    ['a ceiling where higher is better', score({ ceiling: 0.9 }), 'ceiling', /only where lower_is_better/u],
    ['a floor at the end of the range', score({ floor: 0 }), 'floor', /between 0 and 1, both exclusive, got 0$/u],
    ['a floor outside the range', score({ range: [1, 5], floor: 0.5 }), 'floor', /between 1 and 5.*got 0\.5$/u],
    ['a share above 1', { metric: 'error_rate', ceiling: 5 }, 'ceiling', /between 0 and 1.*got 5$/u],
    ['a ceiling of nothing', { metric: 'latency', ceiling: 0 }, 'ceiling', /above 0, got 0$/u],
    ['a weight of 0', score({ weight: 0 }), 'weight', /above 0.*got 0$/u],
    ['a weight of NaN', score({ weight: Number.NaN }), 'weight', /got NaN$/u],
    ['a settle time without a unit', score({ settle: 5 }), 'settle', /unit.*got 5$/u],
    ['a variance of 0', score({ reference: { variance: 0 } }), 'reference.variance', /above 0, got 0$/u],
    ['a rate of a numeric score', score({ reference: { rate: 0.1 } }), 'reference.rate', /only for yes\/no metrics/u],
    [
      'a rate that margin cannot exceed',
      { metric: 'error_rate', margin: 0.1, reference: { rate: 0.9 } },
      'reference.rate',
      /below 1 together/u,
    ],
    ['the same metric twice', HELPFUL, 'metric', /every metric once.*as in item 0$/u],
  ])('%s', (_, guardrail, key, problem) => {
    const problems = problemsOf(guarded(guardrail));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(problem);
    expect(problems[0]!.startsWith(`guardrails[1].${key}: `)).toBe(true);
  });

  test('the same categories in another order', () => {
    const tone = (metric: string) => ({ metric, direction: 'higher_is_better' });
    const problems = problemsOf(guarded(tone('score:tone=good, fair'), tone('score:tone=fair,good')));
    expect(problems).toEqual([expect.stringMatching(/^guardrails\[2\]\.metric: .*as in item 1$/u)]);
  });

  test('21 guardrails: every rollout stores them', () => {
    const many = Array.from({ length: 21 }, (_, i) => score({ metric: `score:s${i}` }));
    expect(problemsOf({ guardrails: many })).toEqual([
      'guardrails: expected a list of 1 to 20 items, got a list of 21',
    ]);
  });

  test('no guardrail at all, even where scores need none', () => {
    expect(problemsWith({ guardrails: [], allowWithoutScores: true })).toEqual([
      'guardrails: expected a list of 1 to 20 items, got an empty list',
    ]);
  });

  test('nothing but coverage, which can prove nothing safe', () => {
    expect(problemsWith({ guardrails: [{ metric: 'coverage:x' }], allowWithoutScores: true })).toEqual([
      'guardrails: expected a guardrail that can prove a candidate safe, got only coverage',
    ]);
  });

  test('no score, unless the policy says that it may', () => {
    const guardrails = [{ metric: 'error_rate' }, { metric: 'cost' }];
    expect(problemsOf({ guardrails })).toEqual([expect.stringMatching(/got only 'error_rate', 'cost'$/u)]);
    expect(problemsOf({ guardrails, allowWithoutScores: false })).toHaveLength(1);
    expect(policyOf({ guardrails, allowWithoutScores: true }).guardrails).toHaveLength(2);
  });
});

describe('read as', () => {
  test('a numeric score, everything written', () => {
    const written = {
      metric: 'score:stars',
      direction: 'higher_is_better',
      range: [1, 5],
      margin: 0.5,
      floor: 3.5,
      weight: 2,
      settle: '1h',
      reference: { variance: 1.2 },
    };
    expect(policyOf({ guardrails: [written] }).guardrails[0]).toEqual({
      metric: 'score:stars',
      direction: 'higher_is_better',
      range: [1, 5],
      margin: 0.5,
      limit: 3.5,
      weight: 2,
      settleMs: 3_600_000,
      reference: { variance: 1.2, rate: null },
    });
  });

  // The margins are those of the method: thumbs 5 points, 1..5 .25, 0..1 .05, errors a point, 10 % for means; for tails
  // the odds ratio 1.5.
  test.each<[object, string, string, number]>([
    [{ metric: 'score:thumbs', direction: 'higher_is_better' }, 'score:thumbs', 'higher_is_better', 0.05],
    [
      { metric: 'score:tone=rude, angry', direction: 'lower_is_better' },
      'score:tone=rude,angry',
      'lower_is_better',
      0.05,
    ],
    [score({ range: [0, 1] }), 'score:quality', 'higher_is_better', 0.05],
    [score({ range: [1, 5] }), 'score:quality', 'higher_is_better', 0.25],
    [{ metric: 'error_rate' }, 'error_rate', 'lower_is_better', 0.01],
    [{ metric: 'latency' }, 'latency', 'lower_is_better', 0.1],
    [{ metric: 'cost' }, 'cost', 'lower_is_better', 0.1],
    [{ metric: 'tokens' }, 'tokens', 'lower_is_better', 0.1],
    [{ metric: 'latency.p90' }, 'latency.p90', 'lower_is_better', 0.5],
    [{ metric: 'latency.p95' }, 'latency.p95', 'lower_is_better', 0.5],
    [{ metric: 'latency.p99' }, 'latency.p99', 'lower_is_better', 0.5],
    [{ metric: 'coverage:x' }, 'coverage:x', 'lower_is_better', 0.05],
  ])('%p', (written, metric, direction, margin) => {
    expect(policyOf(guarded(written)).guardrails[1]).toMatchObject({
      metric,
      direction,
      margin,
      limit: null,
      weight: 1,
    });
  });

  test('a settle time of its own, of coverage, of the policy', () => {
    const policy = policyOf({
      settle: '3m',
      guardrails: [HELPFUL, { metric: 'coverage:x' }, { metric: 'coverage:y', settle: '1h' }],
    });
    expect(policy.guardrails.map(({ settleMs }) => settleMs / 60_000)).toEqual([3, 120, 60]);
  });
});
