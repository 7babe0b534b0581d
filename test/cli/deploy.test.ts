import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { folderPromptStore } from '../../src/adapters/local/folder-prompt-store';
import { emptyItem } from '../../src/core/item/next-item';
import type { Plan } from '../../src/prompts/plan/plan';
import { markdown, NOW_MS, startRepository, type Repository } from './deploying';

let repository: Repository;
beforeEach(async () => (repository = await startRepository()));
afterEach(() => repository.close());

/** `answer` with a live version that a deploy has not made. */
function live(text: string, labels = ['production']): void {
  repository.standIn.data.createPrompt({ name: 'answer', prompt: text, labels }, NOW_MS);
}

function versions(name = 'answer') {
  return repository.standIn.data.prompts.versions(name);
}

test('plan shows what deploy then does, and afterwards there is nothing to do', async () => {
  live('Be polite.');
  repository.write('prompts/answer.md', markdown('answer', 'Be kind.', 'labels: [production]\n'));
  const plan = await repository.run('plan');
  expect(plan.exit).toBe(0);
  expect(plan.out.split('\n')).toEqual([
    '+ answer 1.0.0  new version 2 labelled candidate, compared with version 1  prompts/answer.md',
    '    - Be polite.',
    '    + Be kind.',
    '    · label production is read as "ramp it there": the version gets candidate, and production when it is proven safe',
    '    ! production (version 1) was made outside of git: rampart diff answer 1 local',
    '',
    'Plan: 1 new version.',
    '',
  ]);
  expect(versions()).toHaveLength(1);
  const deployed = await repository.run('deploy');
  expect(deployed.exit).toBe(0);
  expect(deployed.out).toContain('✓ answer: version 2 made, labelled candidate\nDeployed: 1 of 1 done.\n');
  expect(versions()[1]).toMatchObject({
    prompt: 'Be kind.',
    labels: ['candidate', 'latest'],
    commitMessage: expect.stringMatching(/^v1\.0\.0 without git \[git none\] \[sha256 [0-9a-f]{64}\]$/u),
  });
  expect(versions()[0]?.labels).toEqual(['production']);
  const again = await repository.run('deploy', '--json');
  expect(JSON.parse(again.out)).toMatchObject({ enabled: true, results: [], plan: { prompts: [{ actions: [] }] } });
});

test('a stored plan is carried out exactly; a second time there is nothing left of it to do', async () => {
  live('Be polite.');
  repository.write('prompts/answer.md', markdown('answer', 'Be kind.'));
  repository.write('plan.json', (await repository.run('plan', '--json')).out);
  repository.write('prompts/answer.md', markdown('answer', 'Be something else.'));
  const first = await repository.run('deploy', '--plan', 'plan.json', '--json');
  const second = await repository.run('deploy', '--plan', 'plan.json', '--json');
  expect(versions().map(({ prompt }) => prompt)).toEqual(['Be polite.', 'Be kind.']);
  expect([first.exit, second.exit]).toEqual([0, 0]);
  expect((JSON.parse(first.out) as { results: unknown }).results).toMatchObject([
    { state: 'done', version: 2, problem: null },
  ]);
  expect((JSON.parse(second.out) as { results: unknown }).results).toMatchObject([{ state: 'already', version: 2 }]);
});

test.each<[string, () => void, string]>([
  ['a new version', () => live('Edited.', []), 'version 2 is new'],
  ['production on a new version', () => live('x', ['production']), 'version 2 is new'],
  [
    'a moved label',
    () => void repository.standIn.data.setLabel('answer', 1, 'candidate', NOW_MS + 1e6),
    'label candidate was on no version and is on version 1',
  ],
  [
    'another label',
    () => void repository.standIn.data.setLabel('answer', 1, 'demo', NOW_MS + 1e6),
    'its labels were latest, production and are demo, latest, production',
  ],
  ['a deletion', () => void repository.standIn.data.prompts.remove('answer', {}, NOW_MS), 'it is no longer there'],
])('a stored plan is refused when Langfuse changed since: %s', async (_, change, reason) => {
  live('Be polite.');
  repository.write('prompts/answer.md', markdown('answer', 'Be kind.'));
  repository.write('prompts/other.md', markdown('other', 'Other.'));
  repository.write('plan.json', (await repository.run('plan', '--json')).out);
  change();
  const { exit, err } = await repository.run('deploy', '--plan', 'plan.json');
  expect({ exit, err }).toMatchObject({
    exit: 1,
    err: expect.stringContaining(`Langfuse changed since the plan was made: answer: ${reason}`),
  });
  expect(versions('other')).toEqual([]);
});

test('a rolled-back content is refused until it is released; everything else is deployed', async () => {
  live('Be polite.');
  live('Be kind.', []);
  const store = folderPromptStore({ folder: join(repository.cwd, '.rampart') });
  await store.write({ ...emptyItem('answer', 1, NOW_MS), revision: 1, quarantined: [[2, 2]], usedVersions: [[2, 2]] });
  repository.write('prompts/answer.md', markdown('answer', 'Be kind.'));
  repository.write('prompts/other.md', markdown('other', 'Other.'));
  const plan = await repository.run('plan');
  expect(plan.exit).toBe(1);
  expect(plan.out).toContain('rolled back; it is refused until it is released: rampart release answer 2');
  const deployed = await repository.run('deploy');
  expect(deployed.exit).toBe(1);
  expect(versions('other')).toHaveLength(1);
  expect(versions().flatMap(({ labels }) => labels)).not.toContain('candidate');
});

test('a stored plan is refused when what it labels was rolled back since', async () => {
  live('Be kind.', []);
  live('Be polite.');
  repository.write('prompts/answer.md', markdown('answer', 'Be kind.'));
  const store = folderPromptStore({ folder: join(repository.cwd, '.rampart') });
  await store.write({ ...emptyItem('answer', 2, NOW_MS), revision: 1 });
  repository.write('plan.json', (await repository.run('plan', '--json')).out);
  await store.write({ ...emptyItem('answer', 2, NOW_MS), revision: 2, quarantined: [[1, 1]] });
  const { exit, err } = await repository.run('deploy', '--plan', 'plan.json');
  expect({ exit, err }).toMatchObject({
    exit: 1,
    err: expect.stringContaining('version 1 of answer was rolled back since'),
  });
});

test('LANGFUSE_SYNC_ENABLED=false does nothing and says so; anything but true or false is refused', async () => {
  repository.write('prompts/answer.md', markdown('answer', 'Be kind.'));
  repository.env['LANGFUSE_SYNC_ENABLED'] = 'false';
  expect(await repository.run('deploy')).toEqual({
    exit: 0,
    out: 'LANGFUSE_SYNC_ENABLED is false: nothing was read or changed\n',
    err: '',
  });
  expect(JSON.parse((await repository.run('deploy', '--json')).out)).toEqual({
    enabled: false,
    plan: null,
    results: [],
  });
  repository.env['LANGFUSE_SYNC_ENABLED'] = 'no';
  expect(await repository.run('deploy')).toMatchObject({
    exit: 3,
    err: expect.stringContaining("LANGFUSE_SYNC_ENABLED: expected true or false, got 'no'"),
  });
  expect(versions()).toEqual([]);
});

test.each([
  [['deploy', '--label', 'production'], 2, '--label: expected a label that a deploy may give, got production'],
  [['plan', '--label', 'Not One'], 2, "--label: expected 1 to 36 of a-z, 0-9, _, - and . , got 'Not One'"],
  [['plan', '--json', '--markdown'], 2, '--markdown: expected no --json beside it, got both'],
  [['deploy', '--plan', 'plan.json', '--label', 'a'], 2, '--label: expected no --plan beside it'],
  [['deploy', '--plan', 'none.json'], 3, '--plan none.json: expected a file that can be read, got ENOENT'],
  [['deploy', '--plan', 'prompts/answer.md'], 3, '--plan prompts/answer.md: expected JSON of rampart plan --json'],
  [['plan', '--prompts', 'elsewhere'], 3, 'elsewhere'],
  [['promote', 'answer', '--keep-watch', '--because', 'x'], 2, '--keep-watch: expected a controller that watches'],
])('%j is refused before anything is read', async (argv, exit, message) => {
  repository.write('prompts/answer.md', markdown('answer', 'Be kind.'));
  const ended = await repository.run(...argv);
  expect({ exit: ended.exit, err: ended.err }).toEqual({ exit, err: expect.stringContaining(message) });
});

test('a plan that was edited, or is for another project, is refused', async () => {
  repository.write('prompts/answer.md', markdown('answer', 'Be kind.'));
  const plan = JSON.parse((await repository.run('plan', '--json')).out) as Plan;
  const said = JSON.stringify(plan);
  repository.write('edited.json', said.replaceAll('Be kind.', 'Be rude.'));
  repository.write('other.json', JSON.stringify({ ...plan, server: 'https://elsewhere.example pk' }));
  repository.write('newer.json', JSON.stringify({ ...plan, schema: 2 }));
  for (const [file, message] of [
    ['edited.json', 'plan: answer: expected answer#'],
    ['other.json', 'got one for https://elsewhere.example pk'],
    ['newer.json', 'plan: expected one of rampart plan --json'],
  ] as const) {
    expect(await repository.run('deploy', '--plan', file)).toMatchObject({
      exit: 3,
      err: expect.stringContaining(message),
    });
  }
  expect(versions()).toEqual([]);
});

test('definitions with an error are not planned', async () => {
  repository.write('prompts/answer.md', markdown('answer', 'Be {{kind}}.'));
  const { exit, err } = await repository.run('plan');
  expect({ exit, err }).toMatchObject({ exit: 3, err: expect.stringContaining('prompts/answer.md:') });
  expect(err).toContain('see: rampart validate');
});

test('what fails is accounted for, the rest is done, and the exit code says what it was', async () => {
  for (const name of ['a', 'b', 'c']) repository.write(`prompts/${name}.md`, markdown(name, `Be ${name}.`));
  repository.standIn.data.faults.next(
    { method: 'POST', path: /prompts$/u },
    { kind: 'status', status: 400, body: { message: 'no' } },
  );
  const { exit, out } = await repository.run('deploy', '--json');
  const { results } = JSON.parse(out) as { results: { state: string; problem: { code: string } | null }[] };
  expect(results.map(({ state }) => state).toSorted()).toEqual(['done', 'done', 'failed']);
  expect(results.find(({ state }) => state === 'failed')?.problem?.code).toBe('provider_bad_response');
  expect(exit).toBe(4);
  expect((await repository.run('deploy')).exit).toBe(0);
  for (const name of ['a', 'b', 'c']) expect(versions(name)).toHaveLength(1);
});

test('Ctrl-C: what was not begun is named, and nothing of it was done', async () => {
  const { main } = await import('../../src/cli/main');
  const { testIo } = await import('./test-io');
  repository.write('prompts/answer.md', markdown('answer', 'Be kind.'));
  const io = testIo({ cwd: repository.cwd, env: repository.env });
  io.interrupt();
  expect(await main(['deploy'], io)).toBe(130);
  expect(io.written.out).toContain('- answer: not begun: a new version, labelled candidate\n');
  expect(versions()).toEqual([]);
});

test('the plan as a comment: no markup, no mention and no fence of a prompt gets out', async () => {
  live('Be polite.');
  repository.write('prompts/answer.md', markdown('answer', 'Say ```` and <b>@all</b>', 'tags: ["@team"]\n'));
  const { out } = await repository.run('plan', '--markdown');
  expect(out).toMatch(/^<!-- rampart plan -->\n### Rampart plan: 1 new version\n/u);
  expect(out).toContain('\n`````diff\n-Be polite.\n+Say ```` and <b>@all</b>\n`````\n');
  expect(out).toContain('none → @\u200Bteam');
  repository.write('prompts/odd.md', markdown("'a `![x](y)` b'", 'Hi.'));
  expect((await repository.run('plan', '--markdown')).out).toContain(
    ': ``rampart promote \'a `![x](y)` b\' --to 1 --because "first version"``\n',
  );
});

describe('colours', () => {
  test('only on a terminal, never with --no-color, and control characters stay visible', async () => {
    const { main } = await import('../../src/cli/main');
    const { testIo } = await import('./test-io');
    live('Be very polite.');
    repository.write('prompts/answer.md', markdown('answer', 'Be very \u001B[31mkind.'));
    const shown = async (...argv: string[]): Promise<string> => {
      const io = testIo({ cwd: repository.cwd, env: repository.env, color: true });
      await main(argv, io);
      return io.written.out;
    };
    const coloured = await shown('plan');
    expect(coloured).toContain('\u001B[7m');
    expect(coloured).toContain(String.raw`\x1b`);
    expect(await shown('plan', '--no-color')).not.toContain('\u001B');
  });
});

test('versions: labels, where each comes from, and what says the same here', async () => {
  live('Be polite.');
  repository.write('prompts/answer.md', markdown('answer', 'Be kind.'));
  await repository.run('deploy');
  const { out } = await repository.run('versions', 'answer');
  expect(out.split('\n').map((line) => line.replaceAll(/ {2,}/gu, ' | '))).toEqual([
    expect.stringMatching(/^version 2 \| candidate latest \| .* ago \| 1\.0\.0 without git \| = local$/u),
    expect.stringMatching(/^version 1 \| production \| .* ago \| not deployed from git$/u),
    '',
  ]);
  const json = JSON.parse((await repository.run('versions', 'answer', '--json')).out) as { versions: unknown[] };
  expect(json.versions[0]).toMatchObject({
    version: 2,
    semver: '1.0.0',
    commit: null,
    local: ['base'],
    isQuarantined: false,
  });
  expect(await repository.run('versions', 'none')).toMatchObject({ exit: 1 });
});

test('diff: numbers, labels and the definition', async () => {
  live('Be polite.\nAlways.');
  repository.standIn.data.createPrompt(
    { name: 'answer', prompt: 'Be polite.\nAlways.', config: { model: 'x' } },
    NOW_MS,
  );
  repository.write('prompts/answer.md', markdown('answer', 'Be kind.\nAlways.'));
  expect((await repository.run('diff', 'answer')).out).toBe(
    '--- version 1 (production)\n+++ prompts/answer.md\n- Be polite.\n+ Be kind.\n  Always.\n',
  );
  expect((await repository.run('diff', 'answer', '1', 'latest')).out).toBe(
    '--- version 1 (production)\n+++ version 2 (latest)\nconfig:\n+ {\n+   "model": "x"\n+ }\n',
  );
  expect((await repository.run('diff', 'answer', '1', '1')).out).toContain('They say the same.');
  expect(await repository.run('diff', 'answer', '9', '1')).toMatchObject({
    exit: 1,
    err: expect.stringContaining('answer: expected version 9, got none'),
  });
});

describe('without a controller', () => {
  test('promote gives the first production, and says that nothing guards it', async () => {
    repository.write('prompts/answer.md', markdown('answer', 'Be kind.'));
    await repository.run('deploy');
    expect(await repository.run('promote', 'answer', '--to', '1', '--because', 'first version')).toEqual({
      exit: 0,
      out: 'answer: production is on version 1; no controller guards it\n',
      err: '',
    });
    expect(versions()[0]?.labels).toContain('production');
    expect((await repository.run('plan')).out).toBe('Plan: 1 unchanged.\n');
  });

  test('promote without a version takes the candidate; rollback wants one', async () => {
    live('Be polite.');
    live('Be kind.', ['candidate']);
    const promoted = await repository.run('promote', 'answer', '--because', 'tested by hand', '--json');
    expect(JSON.parse(promoted.out)).toEqual({
      prompt: 'answer',
      said: 'production is on version 2 (it was on version 1); no controller guards it',
    });
    expect(await repository.run('rollback', 'answer')).toMatchObject({
      exit: 1,
      err: expect.stringContaining('name the version: rampart rollback answer --to VERSION'),
    });
    expect(await repository.run('rollback', 'answer', '--to', '1')).toMatchObject({ exit: 0 });
    expect(versions()[0]?.labels).toContain('production');
  });

  test.each([
    [['promote', 'answer', '--to', '9', '--because', 'x'], 'version 9 of answer does not exist in Langfuse'],
    [['promote', 'answer', '--to', '1', '--because', 'x'], 'version 1 of answer is in production already'],
    [['promote', 'answer', '--to', '1'], 'promote needs a reason'],
    [['promote', 'answer', '--because', 'x'], 'no version of answer holds candidate'],
  ])('%j is refused', async (argv, message) => {
    live('Be polite.');
    expect(await repository.run(...argv)).toMatchObject({ exit: 1, err: expect.stringContaining(message) });
  });

  test('other commands still need one', async () => {
    expect(await repository.run('pause', 'answer', '--because', 'x')).toMatchObject({ exit: 3 });
  });
});

describe('pull', () => {
  const written = (file: string): string => readFileSync(join(repository.cwd, 'prompts', file), 'utf8');

  test('adopts what has no definition, so that a plan has nothing to do', async () => {
    const { data } = repository.standIn;
    data.createPrompt(
      { name: 'support/answer one', prompt: 'Be {{kind}}.', labels: ['production'], tags: ['b', 'a'] },
      NOW_MS,
    );
    data.createPrompt({ name: 'support/answer one', prompt: 'Newer.' }, NOW_MS);
    data.createPrompt(
      {
        name: 'unlabelled',
        prompt: 'First.',
        config: { model: 'm', rollout: { steps: [{ percent: 10, bake: '1h' }] } },
      },
      NOW_MS,
    );
    data.createPrompt(
      {
        name: 'chat',
        type: 'chat',
        prompt: [
          { role: 'system', content: 'Hi' },
          { type: 'placeholder', name: 'h' },
        ],
        labels: ['production'],
      },
      NOW_MS,
    );
    data.createPrompt({ name: 'odd', prompt: 'x', config: ['a', 'list'], labels: ['production'] }, NOW_MS);
    const pulled = await repository.run('pull');
    expect(pulled.exit).toBe(1);
    expect(pulled.out).toContain('+ support/answer one version 1 → prompts/support/answer-one.md\n');
    expect(pulled.out).toContain('! odd version 1: not adopted: its config is not an object');
    expect(pulled.out).toContain('Pulled: 3 written, 0 the same, 0 kept, 1 not adopted.');
    expect(written('support/answer-one.md')).toContain('variables:\n  - kind\n');
    const plan = JSON.parse((await repository.run('plan', '--json')).out) as Plan;
    expect(plan.prompts.map(({ prompt, actions }) => [prompt, actions])).toEqual([
      ['chat', []],
      ['support/answer one', []],
      ['unlabelled', []],
    ]);
    expect((await repository.run('pull', 'chat')).out).toBe('Pulled: 0 written, 1 the same, 0 kept, 0 not adopted.\n');
  });

  test('what would be a definition with an error is not adopted, nor what then refers to nothing known', async () => {
    const { data } = repository.standIn;
    const create = (name: string, prompt: string): void =>
      void data.createPrompt({ name, prompt, labels: ['production'] }, NOW_MS);
    create('partial', 'Hello {{> header}}');
    create('refers', 'a @@@langfusePrompt:name=partial|label=production@@@');
    create('fine', 'b @@@langfusePrompt:name=refers|label=production@@@');
    const pulled = await repository.run('pull');
    expect(pulled.out).toContain('! partial version 1: not adopted: expected a variable, got the partial');
    expect(written('refers.md')).toContain('external:\n  - partial\n');
    expect((await repository.run('plan')).out).toContain('Plan: 2 unchanged.');
    expect((await repository.run('pull', '--label', 'nobody')).err).toContain(
      'expected a version with label nobody, got none',
    );
  });

  test('never overwrites what says something else; --force keeps what Langfuse does not know', async () => {
    live('Be polite.');
    const own =
      'description: Why it is there\nvariants:\n  concise:\n    append: Short!\ntests:\n  # the greeting\n  - name: hello\n    assert:\n      - contains: hello\n';
    repository.write('prompts/mine.md', markdown('answer', 'Be kind.', own));
    const kept = await repository.run('pull');
    expect(kept.exit).toBe(1);
    expect(kept.out).toContain(
      '= answer version 1: prompts/mine.md is kept: it says something else; --force overwrites it',
    );
    expect(written('mine.md')).toContain('Be kind.');
    expect((await repository.run('pull', 'answer', '--force')).exit).toBe(0);
    expect(written('mine.md')).toContain('version: 1.0.1\n');
    for (const part of ['Why it is there', 'append: Short!', '# the greeting', '\nBe polite.\n']) {
      expect(written('mine.md')).toContain(part);
    }
    const plan = JSON.parse((await repository.run('plan', '--json')).out) as Plan;
    expect(plan.prompts[0]?.definitions[0]?.outcome).toEqual({ kind: 'unchanged', version: 1 });
  });

  test('two prompts that would be one file are two files', async () => {
    for (const name of ['a b', 'a-b', 'A-B', 'readme', 'variants/x']) {
      repository.standIn.data.createPrompt({ name, prompt: name, labels: ['production'] }, NOW_MS);
    }
    const { prompts } = JSON.parse((await repository.run('pull', '--json')).out) as {
      prompts: { file: string; state: string }[];
    };
    const files = prompts.filter(({ state }) => state === 'new').map(({ file }) => file.toLowerCase());
    expect(new Set(files).size).toBe(files.length);
    expect((await repository.run('plan')).out).toContain('Plan: 5 unchanged.');
  });
});
