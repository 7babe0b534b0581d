import type { NewVersion, PromptSync } from '../../src/core/ports';

/** One implementation under test, with an empty project of its own. */
export interface PromptSyncFixture {
  sync: PromptSync;
  close(): Promise<void>;
}

const NAME = 'support/answer one';

const TEXT: NewVersion = {
  prompt: NAME,
  body: { type: 'text', text: 'Answer {{question}}. @@@langfusePrompt:name=tone|label=production@@@' },
  config: { model: 'small', temperature: 0.2 },
  labels: [],
  tags: null,
  commitMessage: 'first',
};

const CHAT: NewVersion = {
  ...TEXT,
  prompt: 'chat',
  body: {
    type: 'chat',
    messages: [{ role: 'system', content: 'Be kind.' }, { placeholder: 'history' }, { role: 'user', content: '{{q}}' }],
  },
};

/** What every implementation of the port does, whatever server is behind it. */
export function promptSyncContract(name: string, make: () => Promise<PromptSyncFixture>): void {
  async function withProject(use: (sync: PromptSync) => Promise<void>): Promise<void> {
    const fixture = await make();
    try {
      await use(fixture.sync);
    } finally {
      await fixture.close();
    }
  }

  describe(`PromptSync contract: ${name}`, () => {
    test('a version comes back as it was given, with its references unfilled', () =>
      withProject(async (sync) => {
        for (const given of [{ ...TEXT, labels: ['candidate', 'staging'], tags: ['b', 'a'] }, CHAT]) {
          const made = await sync.createVersion(given);
          expect(made).toMatchObject({ prompt: given.prompt, version: 1, body: given.body, config: given.config });
          const read = await sync.wholeVersion(given.prompt, 1);
          expect(read).toEqual(made);
          expect(read?.commitMessage).toBe('first');
          expect(read?.labels.toSorted()).toEqual([...given.labels, 'latest'].toSorted());
        }
      }));

    test('every creation is a version of its own, and takes its labels from their holders at once', () =>
      withProject(async (sync) => {
        await sync.createVersion({ ...TEXT, labels: ['candidate'] });
        const second = await sync.createVersion({ ...TEXT, labels: ['candidate'] });
        expect(second.version).toBe(2);
        expect((await sync.wholeVersion(NAME, 1))?.labels).toEqual([]);
        expect(await sync.labelHolders(NAME, 'candidate')).toEqual([2]);
        expect((await sync.wholeVersionByLabel(NAME, 'candidate'))?.version).toBe(2);
      }));

    test('tags belong to the name: none given leaves them, a list rewrites them', () =>
      withProject(async (sync) => {
        await sync.createVersion({ ...TEXT, tags: ['support'] });
        await sync.createVersion(TEXT);
        expect((await sync.listPrompt(NAME))?.tags).toEqual(['support']);
        await sync.createVersion({ ...TEXT, tags: [] });
        expect((await sync.listPrompt(NAME))?.tags).toEqual([]);
        expect((await sync.wholeVersion(NAME, 1))?.tags).toEqual([]);
      }));

    test('the list has every prompt, beyond the first page, with its type, versions and labels', () =>
      withProject(async (sync) => {
        const names = Array.from({ length: 102 }, (_, index) => `prompt-${index}`);
        for (const prompt of names) await sync.createVersion({ ...TEXT, prompt });
        await sync.createVersion({ ...CHAT, labels: ['staging'] });
        await sync.createVersion(CHAT);
        const listed = await sync.listPrompts();
        expect(listed.map(({ prompt }) => prompt).toSorted()).toEqual([...names, 'chat'].toSorted());
        expect(listed.find(({ prompt }) => prompt === 'chat')).toMatchObject({
          type: 'chat',
          versions: [1, 2],
          labels: ['latest', 'staging'],
          updatedAtMs: expect.any(Number),
        });
        expect(await sync.listPrompt('chat')).toEqual(listed.find(({ prompt }) => prompt === 'chat'));
      }));

    test('what does not exist is null, or nobody', () =>
      withProject(async (sync) => {
        await sync.createVersion(TEXT);
        expect(await sync.listPrompt('support')).toBeNull();
        expect(await sync.wholeVersion(NAME, 2)).toBeNull();
        expect(await sync.wholeVersionByLabel(NAME, 'production')).toBeNull();
        expect(await sync.labelHolders(NAME, 'production')).toEqual([]);
      }));

    test('a label is moved to a version that exists, and only there', () =>
      withProject(async (sync) => {
        await sync.createVersion({ ...TEXT, labels: ['staging'] });
        await sync.createVersion(TEXT);
        await sync.moveLabel(NAME, 2, 'staging');
        expect(await sync.labelHolders(NAME, 'staging')).toEqual([2]);
        await expect(sync.moveLabel(NAME, 3, 'staging')).rejects.toMatchObject({ code: 'provider_not_found' });
      }));

    test('a type does not change under one name', () =>
      withProject(async (sync) => {
        await sync.createVersion(TEXT);
        await expect(sync.createVersion({ ...CHAT, prompt: NAME })).rejects.toMatchObject({
          code: 'provider_bad_response',
        });
        expect((await sync.listPrompt(NAME))?.versions).toEqual([1]);
      }));

    test.each([
      [{ labels: ['production'] }, 'labels: expected none of production, latest, got production'],
      [{ labels: ['latest'] }, 'labels: expected none of production, latest, got latest'],
      [{ labels: ['Not A Label'] }, 'label: expected 1 to 36 of a-z'],
      [{ prompt: '' }, 'prompt: expected a name, got ""'],
      [{ commitMessage: 'x'.repeat(501) }, 'commitMessage: expected at most 500 characters, got 501'],
    ])('%j is refused before anything is sent', (wrong, message) =>
      withProject(async (sync) => {
        const sent = sync.createVersion({ ...TEXT, ...wrong });
        await expect(sent).rejects.toMatchObject({ code: 'bad_input', message: expect.stringContaining(message) });
        expect(await sync.listPrompts()).toEqual([]);
      }),
    );
  });
}
