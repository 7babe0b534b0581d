import type { Settings } from '../../../src/app/controller';
import { parseConfig } from '../../../src/core/config/parse-config';
import { SHIPPED_BOUNDS } from '../../../src/core/policy/written-bounds';

const MINIMAL = {
  deployment: 'example',
  langfuse: { baseUrl: 'https://langfuse.example.com', secretName: 'rampart/langfuse' },
};

function read(written: Record<string, unknown> = {}) {
  const parsed = parseConfig({ ...MINIMAL, ...written });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems, null, 1));
  return parsed.config;
}

function problems(value: unknown): string[] {
  const parsed = parseConfig(value);
  return parsed.ok ? [] : parsed.problems.map(({ path, message }) => `${path}: ${message}`);
}

describe('a configuration of only what must be said', () => {
  test('gets every other value', () => {
    const config = read();
    const settings: Settings = config.settings;
    expect(settings).toMatchObject({
      deployment: 'example',
      candidateLabel: 'candidate',
      tickEveryMs: 900_000,
      idleReadEveryMs: 3_600_000,
      timeZone: 'UTC',
      promptPolicies: {},
      alarms: {},
    });
    expect(config).toMatchObject({
      langfuse: { requestsPerMinute: 100, timeoutMs: 20_000 },
      hashKeySecretName: null,
      report: { mail: null, schedule: { weekday: 'MON', hour: 7, minute: 0 } },
      retention: { evidenceDays: 400, logDays: 90 },
    });
  });

  test('has the shipped bounds, and none when it says so', () => {
    expect(read().settings.bounds).toEqual(SHIPPED_BOUNDS);
    expect(read({ bounds: 'none' }).settings.bounds).toBeNull();
    expect(read({ bounds: { minUnits: 50 } }).settings.bounds).toEqual({ minUnits: 50 });
  });
});

describe('the endpoint', () => {
  test('is there when the file says so, with keys of the stack unless it names a secret', () => {
    expect(read().serve).toBeNull();
    expect(read({ serve: {} }).serve).toEqual({ keysSecretName: null, concurrency: null });
    const named = { keysSecretName: 'own/keys', concurrency: 20 };
    expect(read({ serve: named }).serve).toEqual(named);
  });

  test.each([
    [{ concurrency: 0 }, 'serve.concurrency: expected a whole number from 1 to 1000, got 0'],
    [{ keys: 'x' }, "serve.keys: expected a known key, got 'keys'"],
  ])('%j is refused', (serve, problem) => {
    expect(problems({ ...MINIMAL, serve }).join()).toContain(problem);
  });
});

describe('what is written', () => {
  test('a self-hosted server has no limit of requests', () => {
    expect(
      read({ langfuse: { ...MINIMAL.langfuse, requestsPerMinute: 'unlimited' } }).langfuse.requestsPerMinute,
    ).toBeNull();
  });

  test('policies stay as they are written, by prompt', () => {
    const policy = { steps: [{ percent: 5, bake: '2h' }] };
    const { settings } = read({ policy, prompts: { 'a/b c': { policy: { minUnits: 100 } }, plain: {} } });
    expect(settings.defaultPolicy).toEqual(policy);
    expect(settings.promptPolicies).toEqual({ 'a/b c': { minUnits: 100 } });
  });

  test('a report is mailed when it has a sender and recipients', () => {
    const { report } = read({ report: { from: 'a@example.com', to: ['b@example.com'], schedule: 'friday 18:30' } });
    expect(report).toEqual({
      mail: { from: 'a@example.com', to: ['b@example.com'], identity: 'existing' },
      schedule: { weekday: 'FRI', hour: 18, minute: 30 },
    });
  });
});

describe('bad input', () => {
  test.each<[string, Record<string, unknown>, string]>([
    [
      'an unknown key',
      { tickEvry: '15m' },
      "tickEvry: expected a known key, got 'tickEvry'; did you mean 'tickEvery'?",
    ],
    [
      'an unknown key inside',
      { report: { timezone: 'UTC' } },
      "report.timezone: expected a known key, got 'timezone'; did you",
    ],
    ['an unknown key of a prompt', { prompts: { a: { polcy: {} } } }, 'prompts.a.polcy: expected a known key'],
    ['a prompt without settings', { prompts: { a: null } }, 'prompts.a: expected an object'],
    [
      'a name that is no stack name',
      { deployment: 'My App' },
      'deployment: expected a name of 1 to 40 lower-case letters',
    ],
    ['production as the candidate', { candidateLabel: 'production' }, 'candidateLabel: expected a label of 1 to 36'],
    ['a label Langfuse refuses', { candidateLabel: 'Candidate' }, 'candidateLabel: expected a label of 1 to 36'],
    ['a duration without a unit', { tickEvery: 15 }, 'tickEvery: expected a duration with its unit'],
    ['a tick of half minutes', { tickEvery: '90s' }, "tickEvery: expected a multiple of 1m from 1m to 1h, got '90s'"],
    ['a tick once a day', { tickEvery: '1d' }, "tickEvery: expected a multiple of 1m from 1m to 1h, got '1d'"],
    [
      'idle reads more often than ticks',
      { idleReadEvery: '5m' },
      "idleReadEvery: expected a duration from 15m to 24h, got '5m'",
    ],
    ['no time zone', { report: { timeZone: 'Europe/Berlim' } }, "got 'Europe/Berlim'; did you mean 'Europe/Berlin'?"],
    ['no weekday', { report: { schedule: 'mondy 07:00' } }, 'report.schedule: expected a weekday and a time'],
    ['recipients without a sender', { report: { to: ['a@example.com'] } }, 'report.from: expected a sender'],
    ['a sender without recipients', { report: { from: 'a@example.com' } }, 'report.to: expected recipients'],
    ['no mail address', { alerts: { emails: ['nobody'] } }, 'alerts.emails[0]: expected a mail address such as'],
    [
      'an alarm without prompts',
      { alarms: { high: [] } },
      'alarms.high: expected a list of 1 to 20 items, got an empty list',
    ],
    ['a prompt twice', { alarms: { high: ['a', 'a'] } }, "alarms.high[1]: expected every item once, got 'a' again"],
    ['evidence for a week', { retention: { evidence: '7d' } }, 'retention.evidence: expected a multiple of'],
    ['logs for 91 days', { retention: { logs: '91d' } }, 'retention.logs: expected one of 1d, 3d,'],
    [
      'misspelt bounds',
      { bounds: { minUnit: 1 } },
      "bounds.minUnit: expected a known key, got 'minUnit'; did you mean 'minUnits'?",
    ],
    ['bounds turned off otherwise', { bounds: false }, 'bounds: expected an object'],
    ['a policy key misspelt', { policy: { minUnit: 1 } }, "policy.minUnit: expected a known key, got 'minUnit'"],
    ['percents that fall', { policy: steps(20, 10) }, 'policy.steps[1].percent: expected percents that rise'],
    ["a prompt's metric misspelt", { prompts: { a: guardrail('latencyy') } }, 'prompts.a.policy.guardrails[0].metric:'],
    ['a default looser than the bounds', { policy: steps(40, 60) }, 'policy.steps[0].percent: expected'],
    [
      'a prompt looser than the bounds',
      { prompts: { 'a b': { policy: steps(40, 60) } } },
      "prompts['a b'].policy.steps[0].percent:",
    ],
  ])('%s', (_, written, expected) => {
    expect(problems({ ...MINIMAL, ...written })).toEqual([expect.stringContaining(expected)]);
  });

  test.each([
    ['no scheme', 'langfuse.example.com'],
    ['another scheme', 'ftp://langfuse.example.com'],
    ['keys in the address', 'https://pk:sk@langfuse.example.com'],
    ['a query', 'https://langfuse.example.com?x=1'],
  ])('a server address with %s', (_, baseUrl) => {
    const [problem, ...more] = problems({ ...MINIMAL, langfuse: { ...MINIMAL.langfuse, baseUrl } });
    expect(problem).toMatch(/^langfuse\.baseUrl: expected the address of a Langfuse server/u);
    expect(more).toEqual([]);
  });

  test.each([[null], [[]], ['text'], [undefined]])('a file that holds %p', (value) => {
    expect(problems(value)).not.toEqual([]);
  });

  test('all problems come at once', () => {
    const found = problems({
      deployment: 1,
      langfuse: { baseUrl: 'x' },
      tickEvery: '2h',
      policy: { alpha: 2 },
      prompts: { a: 1 },
    });
    const paths = found.map((problem) => problem.slice(0, problem.indexOf(':')));
    const expected = ['deployment', 'langfuse.baseUrl', 'langfuse.secretName', 'tickEvery'];
    expect(paths).toEqual(expect.arrayContaining([...expected, 'policy.alpha', 'prompts.a']));
  });

  test('a mistake in the default policy is told once, where it is written', () => {
    const found = problems({ ...MINIMAL, policy: { alpha: 2 }, prompts: { a: {}, b: { policy: { beta: 0.01 } } } });
    expect(found).toEqual([expect.stringMatching(/^policy\.alpha:/u)]);
  });
});

function steps(...percents: number[]) {
  return { steps: percents.map((percent) => ({ percent, bake: '24h' })) };
}

function guardrail(metric: string) {
  return { policy: { guardrails: [{ metric }] } };
}
