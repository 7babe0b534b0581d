import { RampartError } from '../../../src/core/errors';
import type { ListedPrompt, PromptSync } from '../../../src/core/ports';
import { politeSync } from '../../../src/prompts/remote/polite-sync';
import { POLITENESS } from '../project';

const LISTED: ListedPrompt = { prompt: 'a', type: 'text', versions: [1], labels: [], tags: [], updatedAtMs: 0 };

/** A sync whose list answers what is scripted, and whose creation always fails. */
function scripted(answers: (ListedPrompt | RampartError)[]): { sync: PromptSync; calls: string[] } {
  const calls: string[] = [];
  const unused = (): never => {
    throw new Error('not scripted');
  };
  const sync: PromptSync = {
    listPrompts: unused,
    async listPrompt() {
      calls.push('list');
      const answer = answers.shift();
      if (answer instanceof RampartError) throw answer;
      return answer ?? null;
    },
    wholeVersion: unused,
    wholeVersionByLabel: unused,
    labelHolders: unused,
    moveLabel: unused,
    async createVersion() {
      calls.push('create');
      throw new RampartError('provider_unavailable', 'down');
    },
  };
  return { sync, calls };
}

const limited = (retryAfterMs: number): RampartError =>
  new RampartError('provider_rate_limited', 'too many', { retryAfterMs });
const down = (): RampartError => new RampartError('provider_unavailable', 'down');

async function waits(answers: (ListedPrompt | RampartError)[]): Promise<{ waited: number[]; outcome: unknown }> {
  const waited: number[] = [];
  const { sync } = scripted(answers);
  const polite = politeSync(sync, { ...POLITENESS, backoffMs: 500, wait: async (ms) => void waited.push(ms) });
  const outcome: unknown = await polite.listPrompt('a').catch((error: unknown) => error);
  return { waited, outcome };
}

test('after a limit it waits as long as Langfuse says, after a failure longer every time', async () => {
  expect(await waits([limited(7000), LISTED])).toEqual({ waited: [7000], outcome: LISTED });
  expect(await waits([down(), down(), LISTED])).toEqual({ waited: [500, 1000], outcome: LISTED });
});

test('it gives up after the last try, when the wait is too long, and at once for what waiting does not mend', async () => {
  expect(await waits([down(), down(), down()])).toMatchObject({
    waited: [500, 1000],
    outcome: { code: 'provider_unavailable' },
  });
  expect(await waits([limited(3_600_000)])).toMatchObject({ waited: [], outcome: { code: 'provider_rate_limited' } });
  expect(await waits([new RampartError('provider_auth', 'no')])).toMatchObject({
    waited: [],
    outcome: { code: 'provider_auth' },
  });
});

test('a creation is sent once', async () => {
  const { sync, calls } = scripted([]);
  const version = {
    prompt: 'a',
    body: { type: 'text', text: 'a' },
    config: {},
    labels: [],
    tags: null,
    commitMessage: '',
  } as const;
  await expect(politeSync(sync, POLITENESS).createVersion(version)).rejects.toMatchObject({
    code: 'provider_unavailable',
  });
  expect(calls).toEqual(['create']);
});

test('no more requests than allowed are under way, and all are made', async () => {
  let [running, most] = [0, 0];
  const { sync } = scripted([]);
  const slow: PromptSync = {
    ...sync,
    async listPrompt() {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return LISTED;
    },
  };
  const polite = politeSync(slow, { ...POLITENESS, parallel: 3 });
  expect(await Promise.all(Array.from({ length: 20 }, () => polite.listPrompt('a')))).toHaveLength(20);
  expect([most, running]).toEqual([3, 0]);
});
