import { execFileSync } from 'node:child_process';
import { parse } from 'yaml';
import { workflowText, type WorkflowSettings } from '../../../src/prompts/init/workflow';

const SETTINGS: WorkflowSettings = {
  rampart: 'npx --yes --package=rampart@1.2.3 rampart',
  isInstalled: false,
  branch: 'main',
  prefix: '',
  prompts: 'prompts',
};

interface Step {
  uses?: string;
  run?: string;
  env?: Record<string, string>;
  with?: Record<string, unknown>;
}

interface Workflow {
  on: { pull_request: { paths: string[] }; push: { branches: string[]; paths: string[] } };
  permissions: object;
  concurrency: { group: string; 'cancel-in-progress': string };
  defaults?: { run: { 'working-directory': string } };
  jobs: Record<string, { if?: string; needs?: string; permissions: Record<string, string>; steps: Step[] }>;
}

const workflow = (settings: Partial<WorkflowSettings> = {}): Workflow =>
  parse(workflowText({ ...SETTINGS, ...settings })) as Workflow;

const FORKS = 'github.event.pull_request.head.repo.full_name == github.repository';

test('a pull request is validated and planned, a push to main that touches prompts is tested and deployed', () => {
  const { on, jobs } = workflow();
  const paths = ['prompts/**', '.github/workflows/prompts.yml'];
  expect(on).toEqual({ pull_request: { paths }, push: { branches: ['main'], paths } });
  expect(Object.entries(jobs).map(([name, { if: when, needs }]) => [name, when, needs])).toEqual([
    ['validate', "github.event_name == 'pull_request'", undefined],
    ['plan', `github.event_name == 'pull_request' && ${FORKS}`, 'validate'],
    ['test', "github.event_name == 'push'", undefined],
    ['deploy', undefined, 'test'],
  ]);
});

test('jobs have the least permissions, and secrets only where no fork gets to', () => {
  const { permissions, jobs } = workflow();
  expect(permissions).toEqual({});
  expect(Object.fromEntries(Object.entries(jobs).map(([name, job]) => [name, job.permissions]))).toEqual({
    validate: { contents: 'read' },
    plan: { contents: 'read', 'pull-requests': 'write' },
    test: { contents: 'read' },
    deploy: { contents: 'read' },
  });
  for (const [name, { steps }] of Object.entries(jobs)) {
    const secrets = steps.flatMap(({ env }) => Object.values(env ?? {})).filter((value) => value.includes('secrets.'));
    expect([name, secrets.length > 0]).toEqual([name, name !== 'validate']);
    for (const { uses, with: inputs } of steps) {
      if (uses?.startsWith('actions/checkout') === true) expect(inputs).toMatchObject({ 'persist-credentials': false });
    }
  }
});

test("what compares with earlier versions has git's whole history: a shallow one would call adopted versions drift", () => {
  const depths = Object.entries(workflow().jobs).map(([name, { steps }]) => [name, steps[0]!.with?.['fetch-depth']]);
  expect(Object.fromEntries(depths)).toEqual({ validate: 0, plan: 0, test: undefined, deploy: 0 });
});

test('actions are pinned to whole commits, with their version beside them', () => {
  const uses = [...workflowText(SETTINGS).matchAll(/uses: (.*)/gu)].map((match) => match[1]!);
  expect(uses).toHaveLength(8);
  for (const each of uses) expect(each).toMatch(/^actions\/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/u);
});

test('nothing that a stranger writes is pasted into a script, and every script is one', () => {
  for (const { steps } of Object.values(workflow().jobs)) {
    for (const { run } of steps) {
      expect(run ?? '').not.toContain('${{');
      if (run !== undefined) execFileSync('bash', ['-n'], { input: run });
    }
  }
});

test('a run of a branch is never cut off, one of a pull request gives way to the next', () => {
  expect(workflow().concurrency).toEqual({
    group: 'prompts-${{ github.ref }}',
    'cancel-in-progress': "${{ github.event_name == 'pull_request' }}",
  });
});

test('an app in a folder of its own, with a prompts folder and a branch of other names', () => {
  const made = workflow({ prefix: 'apps/my bot/', prompts: 'my prompts', branch: '1.x', isInstalled: true });
  expect(made.defaults).toEqual({ run: { 'working-directory': 'apps/my bot' } });
  expect(made.on.push).toEqual({
    branches: ['1.x'],
    paths: ['apps/my bot/my prompts/**', '.github/workflows/prompts.yml'],
  });
  const runs = made.jobs['deploy']!.steps.map(({ run }) => run);
  expect(runs).toContain('npm ci');
  expect(runs).toContain("$RAMPART deploy --prompts 'my prompts'");
});
