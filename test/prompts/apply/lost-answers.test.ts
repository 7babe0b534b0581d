import type { Fault } from '../../../src/local/langfuse/faults';
import { apply, defined, deploy, plan, POLITENESS, startProject, written, type Project } from '../project';

/* A process that lives on while answers are lost: nothing is made twice, and what cannot be known is looked up. */

let project: Project;
beforeEach(async () => {
  project = await startProject();
  written(project, 'answer', 'live', { labels: ['production'] });
});
afterEach(() => project.close());

const DEFINITIONS = [defined('answer', 'new')];

function fail(fault: Fault, times = 1): void {
  project.standIn.data.faults.next({ method: 'POST', path: /prompts$/u, times }, fault);
}

function texts(): unknown[] {
  return project.standIn.data.prompts.versions('answer').map(({ prompt }) => prompt);
}

test.each<[string, Fault]>([
  ['carried out, then the connection is lost', { kind: 'dropped', after: true }],
  ['the connection is lost before', { kind: 'dropped' }],
  ['carried out, and the answer is cut off', { kind: 'truncated' }],
  ['a 503 that did nothing', { kind: 'status', status: 503 }],
  ['a proxy says it is bad', { kind: 'html', status: 502 }],
  ['a limit', { kind: 'rate_limited', retryAfterSeconds: 3 }],
])('%s: one version in the end', async (_, fault) => {
  fail(fault);
  expect(await deploy(project.sync, DEFINITIONS)).toMatchObject([{ state: 'done', version: 2 }]);
  expect(texts()).toEqual(['live', 'new']);
});

test('the answer of the last try is lost: it is looked for before it is given up', async () => {
  fail({ kind: 'dropped', after: true }, 9);
  const planned = await plan(project.sync, DEFINITIONS);
  const results = await apply(project.sync, planned, { politeness: { ...POLITENESS, tries: 1 } });
  expect(results).toMatchObject([{ state: 'done', version: 2 }]);
  expect(texts()).toEqual(['live', 'new']);
});

test('a failure that lasts is told, and nothing was made', async () => {
  fail({ kind: 'status', status: 503 }, 9);
  expect(await deploy(project.sync, DEFINITIONS)).toMatchObject([
    { state: 'failed', version: null, problem: { code: 'provider_unavailable' } },
  ]);
  expect(texts()).toEqual(['live']);
});

test('a refusal is not tried again', async () => {
  fail({ kind: 'status', status: 400, body: { message: 'Invalid request data' } });
  const before = project.requests();
  expect(await deploy(project.sync, DEFINITIONS)).toMatchObject([
    { state: 'failed', problem: { code: 'provider_bad_response' } },
  ]);
  expect(texts()).toEqual(['live']);
  expect(project.requests() - before).toBeLessThan(8);
});

test('a server that is down ends it: what was not begun is named', async () => {
  const definitions = Array.from({ length: 12 }, (_, index) => defined(`p${index}`, 'text'));
  fail({ kind: 'status', status: 503 }, 99);
  const results = await deploy(project.sync, definitions);
  const states = results.map(({ state }) => state);
  expect(results).toHaveLength(12);
  expect(states.filter((state) => state === 'failed').length).toBeLessThanOrEqual(4);
  expect(states).toContain('not_begun');
});

test('somebody makes a version between plan and write: that prompt is left alone, the others are done', async () => {
  const definitions = [...DEFINITIONS, defined('other', 'text')];
  const planned = await plan(project.sync, definitions);
  written(project, 'answer', 'somebody else');
  const results = await apply(project.sync, planned);
  expect(results).toMatchObject([
    {
      prompt: 'answer',
      state: 'failed',
      problem: { code: 'refused', message: expect.stringContaining('version 2 is new') },
    },
    { prompt: 'other', state: 'done', version: 1 },
  ]);
  expect(texts()).toEqual(['live', 'somebody else']);
});

test('a label that two versions hold after the move is told', async () => {
  written(project, 'known', 'text');
  written(project, 'known', 'live', { labels: ['production'] });
  const planned = await plan(project.sync, [defined('known', 'text')]);
  const { data } = project.standIn;
  const racing = {
    ...project.sync,
    moveLabel: async (prompt: string, version: number, label: string) => {
      await project.sync.moveLabel(prompt, version, label);
      data.prompts.holdToo('known', 2, 'candidate');
    },
  };
  expect(await apply(racing, planned)).toMatchObject([
    { state: 'failed', problem: { message: 'label candidate of known: expected on version 1, is on version 1 and 2' } },
  ]);
});
