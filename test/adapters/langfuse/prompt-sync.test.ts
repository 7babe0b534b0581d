import { createPromptSync } from '../../../src/adapters/langfuse/prompt-sync';
import { startLangfuseStandIn, type StandIn } from '../../../src/local/langfuse/server';
import { promptSyncContract } from '../../contracts/prompt-sync';

const NOW_MS = Date.UTC(2026, 10, 22, 12);

function syncOf({ baseUrl, publicKey, secretKey }: StandIn, timeoutMs = 5000) {
  return createPromptSync({ baseUrl, publicKey, secretKey, timeoutMs });
}

promptSyncContract('adapter over the stand-in', async () => {
  const standIn = await startLangfuseStandIn({ nowMs: () => NOW_MS });
  return { sync: syncOf(standIn), close: standIn.close };
});

describe('what goes wrong', () => {
  const version = {
    prompt: 'answer',
    body: { type: 'text', text: 'Answer.' },
    config: {},
    labels: ['candidate'],
    tags: null,
    commitMessage: 'first',
  } as const;
  let standIn: StandIn;
  beforeEach(async () => (standIn = await startLangfuseStandIn({ nowMs: () => NOW_MS })));
  afterEach(() => standIn.close());

  test('a creation that fails is sent once', async () => {
    standIn.data.faults.next({ method: 'POST', path: /prompts$/u, times: 1 }, { kind: 'status', status: 503 });
    await expect(syncOf(standIn).createVersion(version)).rejects.toMatchObject({ code: 'provider_unavailable' });
    expect(standIn.data.prompts.versions('answer')).toEqual([]);
  });

  test('an answer that is lost or late is an error, though the version was made', async () => {
    standIn.data.faults.next({ method: 'POST', path: /prompts$/u }, { kind: 'dropped', after: true });
    await expect(syncOf(standIn).createVersion(version)).rejects.toMatchObject({ code: 'provider_unavailable' });
    standIn.data.faults.next({ method: 'POST', path: /prompts$/u }, { kind: 'truncated' });
    await expect(syncOf(standIn).createVersion(version)).rejects.toMatchObject({
      code: expect.stringMatching(/^provider_/u),
    });
    expect(standIn.data.prompts.versions('answer').map((made) => made.version)).toEqual([1, 2]);
  });

  test('a limit says how long to wait', async () => {
    standIn.data.faults.next({ method: 'POST', path: /prompts$/u }, { kind: 'rate_limited', retryAfterSeconds: 7 });
    await expect(syncOf(standIn).createVersion(version)).rejects.toMatchObject({
      code: 'provider_rate_limited',
      retryAfterMs: 7000,
    });
  });

  test('messages that definitions cannot say are kept whole; plain ones lose their type', async () => {
    const call = { role: 'assistant', content: null, tool_calls: [{ id: 'a' }] };
    standIn.data.createPrompt(
      {
        name: 'chat',
        type: 'chat',
        prompt: [{ type: 'chatmessage', role: 'user', content: 'hi' }, call, { type: 'placeholder', name: 'history' }],
      },
      NOW_MS,
    );
    expect((await syncOf(standIn).wholeVersion('chat', 1))?.body).toEqual({
      type: 'chat',
      messages: [{ role: 'user', content: 'hi' }, { other: call }, { placeholder: 'history' }],
    });
  });

  test.each([
    [{ name: 'answer', version: 1, labels: [], type: 'speech', prompt: 'a' }, 'type: expected text or chat'],
    [{ name: 'answer', version: 1, labels: [], type: 'text', prompt: [] }, 'prompt: expected a text, got a list'],
    [{ name: 'answer', version: 1, labels: [], type: 'chat', prompt: 'a' }, 'prompt: expected a list of messages'],
    [{ name: 'answer', version: 1, labels: [], type: 'text', prompt: 'a', tags: 'a' }, 'tags: expected a list'],
  ])('%j is not taken for a version', async (body, message) => {
    standIn.data.faults.next({ path: /answer$/u }, { kind: 'status', status: 200, body });
    await expect(syncOf(standIn).wholeVersion('answer', 1)).rejects.toMatchObject({
      code: 'provider_bad_response',
      message: expect.stringContaining(message),
    });
  });
});
