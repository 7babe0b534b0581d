import { checkBounds, parseBounds, type Bounds } from '../../../src/core/policy/bounds';
import { describeProblem } from '../../../src/core/policy/problem';
import { parsePolicy } from '../../../src/core/policy/parse-policy';
import { SHIPPED_BOUNDS } from '../../../src/core/policy/written-bounds';
import { accepted, HELPFUL, policyOf, version } from './example-policy';

function boundsOf(written: unknown): Bounds {
  const parsed = parseBounds(written);
  if (!parsed.ok) throw new Error(parsed.problems.map(describeProblem).join('\n'));
  return parsed.bounds;
}

function problemsOf(written: unknown): string[] {
  const parsed = parseBounds(written);
  if (parsed.ok) throw new Error('the bounds were accepted');
  return parsed.problems.map(({ path, message }) => `${path}: ${message}`);
}

const guarded = (...guardrails: object[]) => ({ guardrails: [HELPFUL, ...guardrails] });

describe('a looser policy is refused', () => {
  test.each<[object, object, string]>([
    [{ maxFirstPercent: 9 }, {}, "steps[0].percent: expected at most 9 (the deployment's bound), got 10"],
    [
      { minBake: '2h' },
      {
        steps: [
          { percent: 5, bake: '3h' },
          { percent: 50, bake: '1h' },
        ],
      },
      "steps[1].bake: expected at least 2h (the deployment's bound), got 1h",
    ],
    [{ minUnits: 31 }, {}, "minUnits: expected at least 31 (the deployment's bound), got 30"],
    [{ minAlpha: 0.01 }, { alpha: 1e-9 }, "alpha: expected at least 0.01 (the deployment's bound), got 1e-9"],
    [{ maxAlpha: 0.04 }, {}, "alpha: expected at most 0.04 (the deployment's bound), got 0.05"],
    [{ maxBeta: 0.04 }, {}, "beta: expected at most 0.04 (the deployment's bound), got 0.05"],
    [{ minAlphaSrm: 0.01 }, {}, "alphaSrm: expected at least 0.01 (the deployment's bound), got 0.001"],
    [{ maxUnusableShare: 0.01 }, {}, "maxUnusableShare: expected at most 0.01 (the deployment's bound), got 0.05"],
    [{ minHoldout: 1 }, { holdout: 0 }, "holdout: expected at least 1 (the deployment's bound), got 0"],
    [{ minWatch: '3d' }, {}, "watch: expected at least 3d (the deployment's bound), got 48h"],
    [
      { requiredGuardrails: ['error_rate', 'score:helpfulness'] },
      {},
      "guardrails: expected a guardrail on 'error_rate', which the deployment requires, got none",
    ],
    [
      { requiredGuardrails: ['error_rate'], minRequiredWeightShare: 0.1 },
      guarded({ metric: 'error_rate', weight: 0.1 }),
      "guardrails[1].weight: expected at least 0.11 (the deployment's bound), got 0.1",
    ],
    [
      { maxMargins: { 'score:helpfulness': 0.02 } },
      guarded({ metric: 'cost' }),
      "guardrails[0].margin: expected at most 0.02 (the deployment's bound), got 0.05",
    ],
    [
      { maxSettle: '10m' },
      guarded({ metric: 'coverage:helpfulness' }),
      "guardrails[1].settle: expected at most 10m (the deployment's bound), got 2h",
    ],
    [
      { allowWithoutScores: false },
      { guardrails: [{ metric: 'cost' }], allowWithoutScores: true },
      'guardrails: expected a guardrail on a score, which the deployment requires, got none',
    ],
    [
      { allowDeclaredReference: false },
      guarded({ metric: 'error_rate', reference: { rate: 0.9 } }),
      'guardrails[1].reference: expected no declared reference numbers, which the deployment forbids, got some',
    ],
  ])('%j', (bounds, policy, problem) => {
    const problems = checkBounds(policyOf(policy), boundsOf(bounds));
    expect(problems.map(({ path, message }) => `${path}: ${message}`)).toEqual([problem]);
  });

  test('in several places at once, each with the layer it came from', () => {
    const { policy, sources } = accepted(
      parsePolicy([version({ guardrails: [HELPFUL], alpha: 0.2 }), { source: 'prompt', value: { holdout: 0 } }]),
    );
    const problems = checkBounds(policy, boundsOf({ maxAlpha: 0.1, minHoldout: 1 }), sources);
    expect(problems.map(({ path, source }) => [path, source])).toEqual([
      ['alpha', 'version'],
      ['holdout', 'prompt'],
    ]);
  });
});

describe('a policy on the bound or within it is accepted', () => {
  test('exactly on every bound', () => {
    const bounds = boundsOf({
      maxFirstPercent: 10,
      minBake: '24h',
      minUnits: 30,
      requiredGuardrails: ['score:helpfulness'],
      minRequiredWeightShare: 0.5,
      maxMargins: { 'score:helpfulness': 0.05, cost: 0.1 },
      minAlpha: 0.05,
      maxAlpha: 0.05,
      maxBeta: 0.05,
      minAlphaSrm: 0.001,
      maxSettle: '10m',
      maxUnusableShare: 0.05,
      minHoldout: 5,
      minWatch: '48h',
      allowWithoutScores: false,
      allowDeclaredReference: false,
    });
    expect(checkBounds(policyOf(guarded({ metric: 'cost' })), bounds)).toEqual([]);
  });

  test('categories in another order are the same metric', () => {
    const bounds = boundsOf({ requiredGuardrails: ['score:tone=good,fair'] });
    const policy = policyOf(guarded({ metric: 'score:tone=fair,good', direction: 'higher_is_better' }));
    expect(checkBounds(policy, bounds)).toEqual([]);
  });

  test('without bounds everything is', () => {
    const wild = policyOf({ steps: [{ percent: 50, bake: '1s' }], minUnits: 1, holdout: 0, watch: '0s', alpha: 0.5 });
    expect(checkBounds(wild, boundsOf(undefined))).toEqual([]);
    expect(checkBounds(wild, boundsOf({}))).toEqual([]);
  });

  test('the default policy keeps within the shipped bounds', () => {
    const { policy } = accepted(parsePolicy([version({ allowWithoutScores: true })]));
    expect(checkBounds(policy, boundsOf(SHIPPED_BOUNDS))).toEqual([]);
  });
});

describe('bounds that are wrong themselves', () => {
  test('are refused with all their problems', () => {
    expect(
      problemsOf({
        minBakes: '1h',
        minBake: 1,
        maxFirstPercent: 0,
        requiredGuardrails: ['errors_rate'],
        maxMargins: { 'score:': 0.1, cost: 0 },
        minAlpha: 0.1,
        maxAlpha: 0.05,
      }),
    ).toEqual([
      expect.stringMatching(/^maxFirstPercent: .*got 0$/u),
      expect.stringMatching(/^minBake: .*unit.*got 1$/u),
      expect.stringMatching(/^maxMargins\.cost: .*above 0, got 0$/u),
      "minBakes: expected a known key, got 'minBakes'; did you mean 'minBake'?",
      expect.stringMatching(/^requiredGuardrails\[0\]: .*did you mean 'error_rate'\?$/u),
      expect.stringMatching(/^maxMargins\['score:'\]: .*its name is empty$/u),
      'minAlpha: expected at most maxAlpha (0.05), got 0.1',
    ]);
  });

  test('null is not "none"', () => {
    expect(problemsOf(null)).toEqual([expect.stringMatching(/^: expected an object .*got null$/u)]);
  });
});
