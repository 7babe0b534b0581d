import { type Client, startClient } from './client';

const PROMPTS = '/v2/prompts';

let client: Client;
beforeEach(async () => {
  client = await startClient();
});
afterEach(() => client.standIn.close());

const create = (name: string, more: object = {}) =>
  client.send('POST', PROMPTS, { name, type: 'text', prompt: 'Hello', ...more });
const read = (name: string, query: Record<string, string | number> = {}) =>
  client.get(`${PROMPTS}/${encodeURIComponent(name)}`, query);
const patch = (name: string, version: number | string, newLabels: unknown) =>
  client.send('PATCH', `${PROMPTS}/${encodeURIComponent(name)}/versions/${version}`, { newLabels });
const labelsOf = async (name: string, version: number) => (await read(name, { version })).body['labels'];

test('creating is not idempotent: each call is a new version, and latest and the given labels move to it', async () => {
  expect(await create('a', { labels: ['production'] })).toMatchObject({
    status: 201,
    body: { version: 1, labels: ['production', 'latest'], isActive: null, config: {}, commitMessage: null },
  });
  expect((await create('a', { labels: ['production'] })).body).toMatchObject({ version: 2 });
  expect(await labelsOf('a', 1)).toEqual([]);
  expect(await labelsOf('a', 2)).toEqual(['production', 'latest']);
});

test('tags belong to the name: sending them rewrites every version, leaving them out keeps them', async () => {
  await create('a', { tags: ['x'] });
  await create('a', { tags: ['x', 'y'] });
  expect((await read('a', { version: 1 })).body['tags']).toEqual(['x', 'y']);
  expect((await create('a')).body['tags']).toEqual(['x', 'y']);
});

test('the type cannot change under one name', async () => {
  await create('a');
  const chat = { type: 'chat', prompt: [{ role: 'user', content: 'hi' }] };
  expect(await create('a', chat)).toMatchObject({ status: 400, body: { error: 'InvalidRequestError' } });
  expect(await create('b', chat)).toMatchObject({ status: 201, body: { prompt: chat.prompt } });
});

test.each([
  ['an illegal label', { labels: ['Bad Label'] }],
  ['a label of 37 characters', { labels: ['x'.repeat(37)] }],
  ['a commit message of 501 characters', { commitMessage: 'x'.repeat(501) }],
  ['an empty name', { name: '' }],
  ['a name with |', { name: 'a|b' }],
  ['a name with a leading /', { name: '/a' }],
  ['a name with a trailing /', { name: 'a/' }],
  ['no prompt', { prompt: undefined }],
])('creating with %s is refused', async (_what, more) => {
  expect(await create('a', more)).toMatchObject({ status: 400, body: { message: 'Invalid request data' } });
});

test('PATCH adds or moves and never removes', async () => {
  await create('a', { labels: ['production', 'canary'] });
  await create('a');
  expect((await patch('a', 2, ['production', 'x', 'x'])).body['labels']).toEqual(['production', 'x', 'latest']);
  expect(await labelsOf('a', 1)).toEqual(['canary']);
  expect((await patch('a', 2, [])).body['labels']).toEqual(['production', 'x', 'latest']);
});

test('PATCH refuses latest and takes labels that POST would not', async () => {
  await create('a');
  expect(await patch('a', 1, ['latest'])).toMatchObject({ status: 400, body: { error: [{ path: ['newLabels'] }] } });
  expect((await patch('a', 1, ['Bad Label!', 'y'.repeat(60)])).status).toBe(200);
});

test('PATCH of what does not exist is 404, of a version that is no number 500, of no JSON 400', async () => {
  await create('a');
  expect((await patch('a', 9, ['x'])).status).toBe(404);
  expect((await patch('b', 1, ['x'])).status).toBe(404);
  expect((await patch('a', 'one', ['x'])).status).toBe(500);
  expect(await client.send('PATCH', `${PROMPTS}/a/versions/1`, '{bad')).toMatchObject({
    status: 400,
    text: 'Invalid JSON',
  });
  expect((await client.send('PATCH', `${PROMPTS}/a/versions/1`, {})).status).toBe(400);
});

test('a version is read by number or label, production when neither is said', async () => {
  await create('a', { labels: ['production'] });
  await create('a');
  expect((await read('a')).body).toMatchObject({ version: 1, isActive: true, resolutionGraph: null });
  expect((await read('a', { label: 'latest' })).body).toMatchObject({ version: 2, isActive: false });
  expect((await read('a', { version: 0 })).body['version']).toBe(1);
  expect((await read('a', { label: '' })).body['version']).toBe(1);
  expect((await read('a', { version: 2, label: 'production' })).status).toBe(400);
  expect((await read('a', { version: 'two' })).status).toBe(400);
  expect((await read('a', { label: 'canary' })).status).toBe(404);
  expect((await read('a', { version: 3 })).status).toBe(404);
});

test('two versions can be left holding one label; the next PATCH repairs it', async () => {
  await create('a');
  await create('a');
  await patch('a', 1, ['race']);
  client.standIn.data.prompts.holdToo('a', 2, 'race');
  expect((await read('a', { label: 'race' })).body['version']).toBe(1);
  expect(await labelsOf('a', 2)).toContain('race');
  await patch('a', 2, ['race']);
  expect(await labelsOf('a', 1)).not.toContain('race');
});

test('a folder needs its slash encoded', async () => {
  await create('folder/a', { labels: ['production'] });
  expect((await read('folder/a')).status).toBe(200);
  const raw = await client.get(`${PROMPTS}/folder/a`);
  expect(raw.status).toBe(404);
  expect(raw.headers.get('content-type')).toContain('text/html');
});

test('references are filled in unless resolve=false', async () => {
  await create('part', { prompt: 'world', labels: ['production'] });
  const prompt = 'Hello @@@langfusePrompt:name=part|label=production@@@';
  await create('a', { prompt, labels: ['production'] });
  expect((await read('a')).body).toMatchObject({ prompt: 'Hello world', resolutionGraph: { root: { name: 'a' } } });
  expect((await read('a', { resolve: 'false' })).body).toMatchObject({ prompt, resolutionGraph: null });
});

test('the list merges the labels of all versions and comes in pages', async () => {
  await create('b', { labels: ['production'], tags: ['t'], config: { first: true } });
  await create('b', { config: { first: false } });
  await create('a');
  const { body } = await client.get(PROMPTS);
  expect(body.data.map((each) => each['name'])).toEqual(['a', 'b']);
  expect(body.data[1]).toMatchObject({
    versions: [1, 2],
    labels: ['latest', 'production'],
    lastConfig: { first: false },
  });
  const labelled = await client.get(PROMPTS, { label: 'production', tag: 't', name: 'b' });
  expect(labelled.body.data).toMatchObject([{ versions: [1], labels: ['production'], lastConfig: { first: true } }]);
  const second = await client.get(PROMPTS, { limit: 1, page: 2 });
  expect(second.body).toMatchObject({ data: [{ name: 'b' }], meta: { page: 2, totalPages: 2, totalItems: 2 } });
  expect((await client.get(PROMPTS, { limit: 101 })).status).toBe(400);
});

test('DELETE with a label deletes the version, and latest falls to what is left', async () => {
  await create('a');
  await create('a', { labels: ['canary'] });
  expect((await client.send('DELETE', `${PROMPTS}/a?label=canary`)).status).toBe(204);
  expect((await read('a', { label: 'latest' })).body['version']).toBe(1);
  expect((await client.send('DELETE', `${PROMPTS}/a`)).status).toBe(204);
  expect((await client.send('DELETE', `${PROMPTS}/a`)).status).toBe(404);
});
