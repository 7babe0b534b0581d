import type { PromptSync } from '../../../src/core/ports';
import type { Plan } from '../../../src/prompts/plan/plan';
import { parsePlan } from '../../../src/prompts/plan/parse-plan';
import { apply, defined, deploy, duplicates, plan, startProject, stateOf, written, type Project } from '../project';

/*
 * A deploy is killed at every single request in turn, before the request leaves and after it was carried out but before its
 * answer is there; then it is run again. The end must be what a deploy that nobody disturbed leaves behind.
 */

const DEFINITIONS = [
  defined('changed', 'new text', { semver: '1.1.0', tags: ['b', 'c'] }),
  defined('known before', 'old text'),
  defined('new', 'base', { tags: ['t'] }),
  defined('new', 'base, but short', { variant: 'concise' }),
];

function seed(project: Project): void {
  written(project, 'changed', 'text', { labels: ['production'], tags: ['a'] });
  written(project, 'known before', 'old text');
  written(project, 'known before', 'live', { labels: ['production'] });
}

class Killed extends Error {}

/** The sync of a process that dies at request `at` (from 0) and sends nothing after it. */
function killedAt(sync: PromptSync, at: number, side: 'before' | 'after'): PromptSync {
  let sent = 0;
  const mortal = async <Result>(call: () => Promise<Result>): Promise<Result> => {
    const index = sent++;
    if (index > at || (index === at && side === 'before')) throw new Killed();
    const result = await call();
    if (index >= at) throw new Killed();
    return result;
  };
  return {
    listPrompts: () => mortal(() => sync.listPrompts()),
    listPrompt: (prompt) => mortal(() => sync.listPrompt(prompt)),
    wholeVersion: (prompt, version) => mortal(() => sync.wholeVersion(prompt, version)),
    wholeVersionByLabel: (prompt, label) => mortal(() => sync.wholeVersionByLabel(prompt, label)),
    labelHolders: (prompt, label) => mortal(() => sync.labelHolders(prompt, label)),
    createVersion: (version) => mortal(() => sync.createVersion(version)),
    moveLabel: (prompt, version, label) => mortal(() => sync.moveLabel(prompt, version, label)),
  };
}

async function withProject<Result>(use: (project: Project) => Promise<Result>): Promise<Result> {
  const project = await startProject();
  try {
    seed(project);
    return await use(project);
  } finally {
    await project.close();
  }
}

/** What an undisturbed run leaves behind, and how many requests it makes. */
async function undisturbed(run: (project: Project) => Promise<unknown>): Promise<{ state: unknown; requests: number }> {
  return withProject(async (project) => {
    await run(project);
    const ended = { state: stateOf(project), requests: project.requests() };
    expect((await plan(project.sync, DEFINITIONS)).prompts.flatMap(({ actions }) => actions)).toEqual([]);
    return ended;
  });
}

async function killEach(
  requests: number,
  run: (project: Project, sync: PromptSync) => Promise<unknown>,
  expected: unknown,
): Promise<void> {
  for (let at = 0; at < requests; at++) {
    for (const side of ['before', 'after'] as const) {
      await withProject(async (project) => {
        await expect(run(project, killedAt(project.sync, at, side))).rejects.toBeInstanceOf(Killed);
        await run(project, project.sync);
        expect({ at, side, state: stateOf(project) }).toEqual({ at, side, state: expected });
        for (const { name } of DEFINITIONS) expect(duplicates(project, name)).toEqual([]);
      });
    }
  }
}

test('planned anew: the next run ends in the same state, with no version made twice', async () => {
  const { state, requests } = await undisturbed(({ sync }) => deploy(sync, DEFINITIONS));
  expect(requests).toBeGreaterThan(15);
  await killEach(requests, (_, sync) => deploy(sync, DEFINITIONS), state);
});

test('from a stored plan: the same plan is taken up where it was left', async () => {
  const stored = JSON.stringify(await withProject(({ sync }) => plan(sync, DEFINITIONS)));
  const read = (): Plan => parsePlan(JSON.parse(stored));
  const run = (_: Project, sync: PromptSync): Promise<unknown> => apply(sync, read(), { isStored: true });
  const { state, requests } = await undisturbed((project) => run(project, project.sync));
  await killEach(requests, run, state);
});
