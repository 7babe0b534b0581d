/* oxlint-disable unicorn/no-thenable -- `maxHold.then` is a word of the policy, never a function */
import * as fc from 'fast-check';
import { DEFAULT_POLICY } from '../../../src/core/policy/default-policy';
import { parsePolicy } from '../../../src/core/policy/parse-policy';
import { describeProblem } from '../../../src/core/policy/problem';
import { POLICY_KEYS } from '../../../src/core/policy/written-policy';
import { accepted, HELPFUL, policyOf, problemsOf, refused, version } from './example-policy';

const HOUR = 3_600_000;

describe('the defaults', () => {
  test('are these', () => {
    const { policy, sources, warnings } = accepted(parsePolicy([version({ allowWithoutScores: true })]));
    const reference = { variance: null, rate: null };
    const common = { range: null, limit: null, weight: 1, settleMs: 600_000, reference, direction: 'lower_is_better' };
    expect(policy).toEqual({
      unit: 'user',
      steps: [
        { percent: 10, bakeMs: 24 * HOUR },
        { percent: 50, bakeMs: 24 * HOUR },
      ],
      minUnits: 30,
      guardrails: [
        { ...common, metric: 'error_rate', margin: 0.01 },
        { ...common, metric: 'latency', margin: 0.1 },
      ],
      alpha: 0.05,
      beta: 0.05,
      alphaSrm: 0.001,
      settleMs: 600_000,
      editWindowMs: 24 * HOUR,
      environments: ['production', 'default'],
      deadlines: {
        no_data: { alertMs: 6 * HOUR, pauseMs: 24 * HOUR },
        late_data: { alertMs: HOUR, pauseMs: 12 * HOUR },
        provider_error: { alertMs: HOUR, pauseMs: 12 * HOUR },
        inconclusive: { alertMs: 48 * HOUR, pauseMs: 168 * HOUR },
        data_fault: { alertMs: 0, pauseMs: 24 * HOUR },
      },
      holdout: 5,
      watchMs: 48 * HOUR,
      onNewCandidate: 'supersede',
      quietHours: [],
      allowWithoutScores: true,
      maxHold: { afterMs: 336 * HOUR, then: 'page' },
      maxUnusableShare: 0.05,
    });
    expect(sources.allowWithoutScores).toBe('version');
    expect(sources.steps).toBe('default');
    expect(warnings).toEqual([]);
  });

  test('alone are refused: no score is guarded', () => {
    expect(refused(parsePolicy([]))).toEqual([
      { path: 'guardrails', source: 'default', message: expect.stringMatching(/score.*allowWithoutScores: true/u) },
    ]);
  });

  test('fill in what an object leaves out', () => {
    const policy = policyOf({ deadlines: { noData: { alert: '1m' } }, maxHold: { then: 'roll_back' } });
    expect(policy.deadlines.no_data).toEqual({ alertMs: 60_000, pauseMs: 24 * HOUR });
    expect(policy.deadlines.late_data).toEqual({ alertMs: HOUR, pauseMs: 12 * HOUR });
    expect(policy.maxHold).toEqual({ afterMs: 336 * HOUR, then: 'roll_back' });
  });
});

describe('layers', () => {
  test('the first that has a key wins, lists and objects whole, and each key knows its layer', () => {
    const { policy, sources } = accepted(
      parsePolicy([
        version({ guardrails: [HELPFUL], deadlines: { noData: { pause: '30h' } } }),
        {
          source: 'prompt',
          value: { guardrails: [{ metric: 'cost' }], deadlines: { lateData: { pause: '30h' } }, beta: 0.1 },
        },
        { source: 'deployment', value: { beta: 0.2, minUnits: 500 } },
      ]),
    );
    expect(policy.guardrails.map(({ metric }) => metric)).toEqual(['score:helpfulness']);
    expect(policy.deadlines.late_data.pauseMs).toBe(12 * HOUR);
    expect(policy).toMatchObject({ beta: 0.1, minUnits: 500 });
    expect(sources).toMatchObject({ guardrails: 'version', beta: 'prompt', minUnits: 'deployment', alpha: 'default' });
  });

  test('a layer in which nothing is written is no layer; null is a mistake', () => {
    expect(parsePolicy([version(undefined), { source: 'prompt', value: { guardrails: [HELPFUL] } }]).ok).toBe(true);
    expect(problemsOf(null)[0]).toMatch(/^: expected an object with keys out of: steps, .* got null$/u);
    expect(problemsOf('steps')[0]).toMatch(/got 'steps'$/u);
    expect(problemsOf([])[0]).toMatch(/got an empty list$/u);
  });

  test('a mistake is found in a key that another layer overrides, and is reported with its layer', () => {
    const problems = refused(
      parsePolicy([
        version({ guardrails: [HELPFUL], minUnits: 40 }),
        { source: 'prompt', value: { minUnits: -1 } },
        { source: 'deployment', value: { minUnit: 40, steps: [{ percent: 5, bake: '5' }] } },
      ]),
    );
    expect(problems.map(describeProblem)).toEqual([
      'minUnits: expected a whole number from 1 to 1000000000, got -1 (from: prompt)',
      expect.stringMatching(/^steps\[0\]\.bake: expected a duration .* got '5' \(from: deployment\)$/u),
      "minUnit: expected a known key, got 'minUnit'; did you mean 'minUnits'? (from: deployment)",
    ]);
  });

  test('a value that cannot be read does not let a weaker layer through unseen', () => {
    const problems = refused(
      parsePolicy([version({ guardrails: 'none' }), { source: 'prompt', value: { guardrails: [HELPFUL] } }]),
    );
    expect(problems).toEqual([
      { path: 'guardrails', source: 'version', message: "expected a list of 1 to 20 items, got 'none'" },
    ]);
  });
});

test('all problems come at once, each with its path, what was expected and what came', () => {
  const problems = problemsOf({
    guardrail: [],
    steps: [
      { percent: 50, bake: 24 },
      { percent: 10, bake: '24h' },
    ],
    guardrails: [{ metric: '' }, { metric: 'latency', margn: 0.1 }],
    minUnits: '30',
  });
  expect(problems).toEqual([
    expect.stringMatching(/^steps\[0\]\.bake: expected a duration above 0 with its unit, .* got 24$/u),
    "guardrails[1].margn: expected a known key, got 'margn'; did you mean 'margin'?",
    "minUnits: expected a whole number from 1 to 1000000000, got '30'",
    "guardrail: expected a known key, got 'guardrail'; did you mean 'guardrails'?",
    'steps[1].percent: expected percents that rise, above 50, got 10',
    expect.stringMatching(/^guardrails\[0\]\.metric: expected latency, .* got '' \(empty\)$/u),
  ]);
});

test('a key that resembles none is answered with all keys', () => {
  const [problem] = problemsOf({ guardrails: [HELPFUL], banana: 1 });
  expect(problem).toBe(`banana: expected one of the keys ${POLICY_KEYS.join(', ')}, got 'banana'`);
});

test('a key whose value is undefined is a mistake, not a default', () => {
  expect(problemsOf({ guardrails: [HELPFUL], minUnits: undefined })).toEqual([
    'minUnits: expected a whole number from 1 to 1000000000, got nothing',
  ]);
});

test('what is allowed and should be known is a warning', () => {
  const { warnings } = accepted(parsePolicy([version({ guardrails: [HELPFUL], holdout: 0, watch: '0s' })]));
  expect(warnings).toEqual([
    { path: 'holdout', source: 'version', message: expect.stringContaining('only floors, ceilings and alarms remain') },
    { path: 'watch', source: 'version', message: expect.stringContaining('production') },
  ]);
});

test('weekdays become ISO numbers', () => {
  const hours = { from: '18:00', to: '08:00', timeZone: 'Europe/Berlin' };
  const policy = policyOf({ quietHours: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], ...hours }] });
  expect(policy.quietHours).toEqual([{ days: [1, 2, 3, 4, 5, 6, 7], ...hours }]);
});

test('the policy is frozen through and through', () => {
  const policy = policyOf({});
  const frozen = (value: unknown): boolean =>
    typeof value !== 'object' || value === null || (Object.isFrozen(value) && Object.values(value).every(frozen));
  expect(frozen(policy)).toBe(true);
  expect(Object.isFrozen(DEFAULT_POLICY.steps)).toBe(false);
});

describe('whatever is written', () => {
  const written = fc.record(
    Object.fromEntries(POLICY_KEYS.map((key) => [key, fc.oneof(fc.constant(DEFAULT_POLICY[key]), fc.anything())])),
    { requiredKeys: [] },
  );

  test('reading never throws, and a refusal always says why', () => {
    fc.assert(
      fc.property(fc.oneof(written, fc.anything()), (value) => {
        const parsed = parsePolicy([version(value), { source: 'deployment', value: { guardrails: [HELPFUL] } }]);
        if (parsed.ok) return;
        expect(parsed.problems.length).toBeGreaterThan(0);
        for (const { message } of parsed.problems) expect(message).toMatch(/^expected .*, got /su);
      }),
      { numRuns: 200 },
    );
  });

  test('a cycle is refused like any other wrong value', () => {
    const cyclic: Record<string, unknown> = { guardrails: [HELPFUL] };
    cyclic['maxHold'] = cyclic;
    expect(problemsOf(cyclic)).toEqual([
      "maxHold.guardrails: expected one of the keys after, then, got 'guardrails'",
      "maxHold.maxHold: expected one of the keys after, then, got 'maxHold'",
    ]);
  });
});
