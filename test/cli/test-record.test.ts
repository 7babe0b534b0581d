import type { StoredObservation, StoredScore } from '../../src/local/langfuse/rows';
import { startLangfuseStandIn, type StandIn } from '../../src/local/langfuse/server';
import { markdown, removeFolders, writeFiles } from '../prompts/prompts-folder';
import { rampart, type Ended } from './test-io';

afterAll(removeFolders);

let langfuse: StandIn;
beforeEach(async () => void (langfuse = await startLangfuseStandIn({ nowMs: Date.now })));
afterEach(() => langfuse.close());

const NOW = Date.UTC(2026, 10, 22, 12);

const PROMPT = `name: support/answer
version: 1.0.0
variables: [name]
config: { model: small }
variants: { short: { append: Be brief. } }
tests:
  - { name: by name, variables: { name: Ada }, samples: 2, passRate: 0.5, assert: [{ contains: Ada }] }`;

async function test1(...argv: string[]): Promise<Ended> {
  const cwd = writeFiles({
    'prompts/a.md': markdown(PROMPT, 'Greet {{name}}.'),
    'answers.yaml': 'answers: [{ when: brief, answer: Ada }, { answer: [Hi Ada, Hi] }]',
  });
  const env = {
    LANGFUSE_BASE_URL: langfuse.baseUrl,
    LANGFUSE_PUBLIC_KEY: langfuse.publicKey,
    LANGFUSE_SECRET_KEY: langfuse.secretKey,
  };
  return rampart({ cwd, env, now: () => NOW }, 'test', '--stand-in', 'answers.yaml', ...argv);
}

const EVERYTHING = { nowMs: Infinity, fromMs: -Infinity, toMs: Infinity, keep: () => true };

function observations(): StoredObservation[] {
  const rows: StoredObservation[] = [];
  langfuse.data.observations.each({ ...EVERYTHING, traceIds: null, promptName: null }, (row) => void rows.push(row));
  return rows;
}

function scores(): StoredScore[] {
  const rows: StoredScore[] = [];
  langfuse.data.scores.each(EVERYTHING, (row) => void rows.push(row));
  return rows;
}

test('a dataset with its cases, and for each answer a trace of the run with its score', async () => {
  const { exit, err } = await test1('--record', 'abc123');
  expect({ exit, err }).toEqual({ exit: 0, err: "kept in Langfuse as run 'abc123' of rampart/support/answer\n" });
  const dataset = langfuse.data.datasets.get('rampart/support/answer')!;
  expect([...dataset.items.values()]).toEqual([
    {
      id: expect.stringMatching(/^rampart-[0-9a-f]{40}$/u),
      input: { name: 'Ada' },
      expectedOutput: [{ kind: 'contains', value: 'Ada' }],
      metadata: { case: 'by name' },
    },
  ]);
  const rows = observations();
  expect(rows).toHaveLength(4);
  const [itemId] = [...dataset.items.keys()];
  for (const row of rows) {
    expect(row).toMatchObject({
      type: 'GENERATION',
      environment: 'sdk-experiment',
      input: '{"name":"Ada"}',
      model: 'small',
      promptName: null,
      endMs: NOW,
      metadata: {
        'attributes.langfuse.experiment.dataset.id': dataset.id,
        'attributes.langfuse.experiment.item.id': itemId,
        'attributes.langfuse.experiment.item.root_observation_id': row.id,
      },
    });
  }
  const runs = rows.map(
    ({ metadata, output }) => `${String(metadata['attributes.langfuse.experiment.name'])}: ${output}`,
  );
  expect(runs.toSorted()).toEqual(['abc123 (short): Ada', 'abc123 (short): Ada', 'abc123: Hi', 'abc123: Hi Ada']);
  expect(new Set(rows.map(({ metadata }) => metadata['attributes.langfuse.experiment.id'])).size).toBe(2);
  const judged = scores().map(({ name, value, comment }) => `${name} ${String(value)} ${comment ?? ''}`);
  expect(judged.toSorted()).toEqual([
    "passed false expected an answer that contains 'Ada', got 'Hi'",
    'passed true ',
    'passed true ',
    'passed true ',
  ]);
});

test('again, the cases are the same items', async () => {
  await test1('--record', 'one');
  await test1('--record', 'two');
  expect(langfuse.data.datasets.get('rampart/support/answer')!.items.size).toBe(1);
  expect(observations()).toHaveLength(8);
});

test('a server that has runs of its own: the answers are linked to them', async () => {
  const body = { datasetRunId: 'run-7' };
  langfuse.data.faults.next(
    { method: 'POST', path: /dataset-run-items$/u, times: 99 },
    { kind: 'status', status: 200, body },
  );
  expect((await test1('support/answer', '--variant', 'base', '--record', 'abc')).exit).toBe(0);
  expect(observations().map(({ metadata }) => metadata['attributes.langfuse.experiment.id'])).toEqual([
    'run-7',
    'run-7',
  ]);
});

test('what cannot be kept is said beside the results, for programs too', async () => {
  langfuse.data.faults.next({ path: /traces$/u, times: 9 }, { kind: 'status', status: 500 });
  const { exit, out, err } = await test1('--record', 'abc', '--json');
  expect(exit).toBe(4);
  expect(JSON.parse(out)).toMatchObject({
    outcome: 'passed',
    recorded: { run: 'abc', datasets: [], problem: { code: 'provider_unavailable' } },
  });
  expect(err).toContain('not kept in Langfuse, or in part: ');
  // Not sent again: it may have arrived.
  expect(observations()).toEqual([]);
});

test('without keys nothing is asked of a model', async () => {
  const cwd = writeFiles({ 'prompts/a.md': markdown(PROMPT, 'Greet {{name}}.'), 'answers.yaml': 'answers: []' });
  const ended = await rampart({ cwd }, 'test', '--stand-in', 'answers.yaml', '--record', 'x');
  expect(ended).toMatchObject({ exit: 3, out: '', err: expect.stringContaining('LANGFUSE_PUBLIC_KEY') });
});
