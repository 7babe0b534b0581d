import { defined, deploy, plan, startProject, written, type Project } from '../project';

let project: Project;
beforeEach(async () => (project = await startProject()));
afterEach(() => project.close());

async function requestsOf(work: () => Promise<unknown>): Promise<number> {
  const before = project.requests();
  await work();
  return project.requests() - before;
}

/** Five versions, the newest of them live. */
function seed(name: string): void {
  for (let version = 1; version <= 5; version++) {
    written(project, name, `${name} ${version}`, { labels: version === 5 ? ['production'] : [] });
  }
}

test('the list, and one request for each prompt that is what production says', async () => {
  const names = Array.from({ length: 120 }, (_, index) => `p${index}`);
  for (const name of names) seed(name);
  const definitions = names.map((name) => defined(name, `${name} 5`));
  expect(await requestsOf(() => plan(project.sync, definitions))).toBe(2 + 120);
});

test('one for every other version of what changed, and for every version newer than production', async () => {
  seed('changed');
  seed('same');
  written(project, 'same', 'edited in the UI');
  const definitions = [defined('changed', 'new'), defined('same', 'same 5')];
  expect(await requestsOf(() => plan(project.sync, definitions))).toBe(1 + 2 + 4 + 1);
});

test('nothing for what Langfuse does not have, or git does not', async () => {
  seed('other');
  expect(await requestsOf(() => plan(project.sync, [defined('new', 'x')]))).toBe(1);
});

test('a deploy of a changed prompt: checked by two, made by one, read back by one', async () => {
  seed('changed');
  const definitions = [defined('changed', 'new')];
  const planned = await requestsOf(() => plan(project.sync, definitions));
  expect(await requestsOf(() => deploy(project.sync, definitions))).toBe(planned + 2 + 1 + 1);
});

test('an edit in the UI is seen by the next plan, whatever it was', async () => {
  seed('same');
  const definitions = [defined('same', 'same 5', { tags: [] })];
  const first = await plan(project.sync, definitions);
  const { data } = project.standIn;
  const edits: (() => void)[] = [
    () => void data.setLabel('same', 2, 'production', 0),
    () => void data.setLabel('same', 5, 'production', 0),
    () => void data.createPrompt({ name: 'same', config: { temperature: 1 }, prompt: 'same 5' }, 0),
    () => void data.setLabel('same', 1, 'candidate', 0),
    () => void data.createPrompt({ name: 'same', prompt: 'x', tags: ['t'] }, 0),
  ];
  let before = first.fingerprint;
  for (const edit of edits) {
    edit();
    const { fingerprint } = await plan(project.sync, definitions);
    expect(fingerprint).not.toBe(before);
    before = fingerprint;
  }
});
