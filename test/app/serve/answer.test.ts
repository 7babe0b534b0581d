import { createHash } from 'node:crypto';
import type { LogEvent } from '../../../src/app/controller';
import { answer, type Serving } from '../../../src/app/serve/answer';
import type { HttpAnswer, HttpRequest } from '../../../src/app/serve/http-message';
import { assign, type Assignment } from '../../../src/core/assignment/assignment';
import { RampartError } from '../../../src/core/errors';
import { sampleAssignment } from '../../contracts/sample-item';

const FLAGS = '/ofrep/v1/evaluate/flags';
const KEY = '0123456789abcdef';

function scene(changes: Partial<Serving> = {}, documents: Assignment[] = [sampleAssignment('support/answer')]) {
  const logged: LogEvent[] = [];
  const serving: Serving = {
    held: async () => ({
      assignments: new Map(documents.map((document) => [document.prompt, document])),
      damaged: new Set(['broken']),
      ageMs: 1200,
      maxAgeMs: 60_000,
    }),
    isKey: null,
    sha256: (text) => createHash('sha256').update(text).digest('hex'),
    log: (line) => logged.push(line),
    ...changes,
  };
  const ask = (request: Partial<HttpRequest>): Promise<HttpAnswer> =>
    answer(serving, { method: 'POST', path: FLAGS, headers: {}, body: '', ...request });
  return { ask, logged };
}

const asUnit = (unit: string): string => JSON.stringify({ context: { targetingKey: unit } });

/** Two units of different arms. */
function unitsOf(assignment: Assignment): { candidate: string; stable: string } {
  const units = Array.from({ length: 100 }, (_, i) => `user-${i}`);
  const of = (arm: string): string => units.find((unit) => assign(assignment, unit).arm === arm) ?? '';
  return { candidate: of('candidate'), stable: of('stable') };
}

const units = unitsOf(sampleAssignment('support/answer'));

function json(given: HttpAnswer): unknown {
  return given.body === '' ? null : JSON.parse(given.body);
}

describe('one prompt', () => {
  test('its version for the unit', async () => {
    const given = await scene().ask({ path: `${FLAGS}/support%2Fanswer`, body: asUnit(units.candidate) });
    expect(given.status).toBe(200);
    expect(given.headers['content-type']).toBe('application/json');
    expect(json(given)).toEqual({
      key: 'support/answer',
      value: { version: 4 },
      reason: 'SPLIT',
      variant: 'candidate',
      metadata: { rollout: 'support/answer/4/1000', step: 0, percent: 10 },
    });
  });

  test('of two prompts whose names differ by encoding only, the path is decoded first', async () => {
    const { ask } = scene({}, [sampleAssignment('a/b'), sampleAssignment('a%2Fb')]);
    const keyOf = async (path: string) =>
      (json(await ask({ path: `${FLAGS}/${path}`, body: asUnit('u') })) as Flag).key;
    expect(await keyOf('a%2Fb')).toBe('a/b');
    expect(await keyOf('a%252Fb')).toBe('a%2Fb');
  });

  test.each([
    ['nope', asUnit('u'), 404, 'FLAG_NOT_FOUND'],
    ['broken', asUnit('u'), 500, 'GENERAL'],
    ['support/answer', '{', 400, 'PARSE_ERROR'],
    ['support/answer', '{}', 400, 'TARGETING_KEY_MISSING'],
    ['support/answer', '{"context":1}', 400, 'INVALID_CONTEXT'],
  ])('%s asked with %s is %d %s, and names the prompt', async (key, body, status, errorCode) => {
    const given = await scene().ask({ path: `${FLAGS}/${key}`, body });
    expect(given.status).toBe(status);
    expect(json(given)).toEqual({ key, errorCode, errorDetails: expect.stringMatching(/expected|damaged/u) as string });
  });

  test('without a version in production it is not found', async () => {
    const none = { ...sampleAssignment('a'), stable: null, arms: [], experiment: null, step: null };
    const { ask } = scene({}, [none]);
    expect((await ask({ path: `${FLAGS}/a`, body: asUnit('u') })).status).toBe(404);
    expect(json(await ask({ body: asUnit('u') }))).toMatchObject({ flags: [{ key: 'broken' }] });
  });
});

describe('all prompts', () => {
  test('by name, a damaged one among them as a failure of its own', async () => {
    const { ask } = scene({}, [sampleAssignment('z'), sampleAssignment('a')]);
    const { flags } = json(await ask({ body: asUnit('u') })) as { flags: Flag[] };
    expect(flags.map(({ key, errorCode }) => [key, errorCode])).toEqual([
      ['a', undefined],
      ['broken', 'GENERAL'],
      ['z', undefined],
    ]);
  });

  test('who holds the tag is told that nothing changed', async () => {
    const { ask } = scene();
    const first = await ask({ body: asUnit('u') });
    const again = await ask({ body: asUnit('u'), headers: { 'if-none-match': first.headers['etag'] } });
    expect(again).toEqual({
      status: 304,
      headers: { etag: first.headers['etag'], 'cache-control': 'no-cache' },
      body: '',
    });
  });

  test('the tag covers the unit: another one’s is never confirmed, not even when both get the same versions', async () => {
    const { ask } = scene({}, [{ ...sampleAssignment('a'), arms: [], experiment: null, step: null }]);
    const tag = (await ask({ body: asUnit('u') })).headers['etag'];
    expect((await ask({ body: asUnit('v'), headers: { 'if-none-match': tag } })).status).toBe(200);
  });

  test('the tag changes with what the unit gets, and only then', async () => {
    const before = sampleAssignment('a');
    const tagWith = async (document: Assignment, unit: string) =>
      (await scene({}, [document]).ask({ body: asUnit(unit) })).headers['etag'];
    const tag = await tagWith(before, units.candidate);
    expect(await tagWith({ ...before, epoch: 2, writtenAtMs: 9 }, units.candidate)).toBe(tag);
    expect(await tagWith({ ...before, arms: [] }, units.candidate)).not.toBe(tag);
  });

  test.each([
    ['{', 'PARSE_ERROR'],
    ['{"context":{}}', 'TARGETING_KEY_MISSING'],
    ['{"context":[]}', 'INVALID_CONTEXT'],
  ])('%s is 400 %s', async (body, errorCode) => {
    const given = await scene().ask({ body });
    expect([given.status, (json(given) as Flag).errorCode]).toEqual([400, errorCode]);
  });
});

describe('the documents', () => {
  const get = { method: 'GET', path: '/assignments' };

  test('by name, with their age in seconds, and 304 to who holds them', async () => {
    const { ask } = scene({}, [sampleAssignment('z'), sampleAssignment('a')]);
    const given = await ask(get);
    expect(json(given)).toEqual({
      schema: 1,
      maxAgeMs: 60_000,
      assignments: [sampleAssignment('a'), sampleAssignment('z')],
    });
    expect(given.headers['age']).toBe('2');
    const again = await ask({ ...get, headers: { 'if-none-match': given.headers['etag'] } });
    expect([again.status, again.body, again.headers['age']]).toEqual([304, '', '2']);
  });
});

describe('who may ask', () => {
  const { ask } = scene({ isKey: (key) => key === KEY });
  const request = { body: asUnit('u') };

  test.each([
    [{ 'x-api-key': KEY }, 200],
    [{ authorization: `Bearer ${KEY}` }, 200],
    [{ authorization: `bearer  ${KEY}` }, 200],
    [{}, 401],
    [{ 'x-api-key': '' }, 401],
    [{ 'x-api-key': `${KEY}0` }, 401],
    [{ authorization: KEY }, 401],
    [{ authorization: `Basic ${KEY}` }, 401],
    [{ authorization: 'Bearer other' }, 401],
  ])('%j is answered with %d', async (headers, status) => {
    expect((await ask({ ...request, headers })).status).toBe(status);
    expect((await ask({ method: 'GET', path: '/assignments', headers })).status).toBe(status);
  });

  test('a refusal says how to ask, to every path, and does not repeat what came', async () => {
    const given = await ask({ path: '/anything', headers: { 'x-api-key': 'wrong-key-of-somebody' } });
    expect(given.status).toBe(401);
    expect(given.headers['www-authenticate']).toBe('Bearer realm="rampart"');
    expect(given.body).not.toContain('wrong-key');
  });
});

describe('what goes wrong', () => {
  test.each([
    ['GET', FLAGS, 405, 'POST'],
    ['PUT', `${FLAGS}/a`, 405, 'POST'],
    ['POST', '/assignments', 405, 'GET'],
    ['GET', '/', 404, undefined],
  ])('%s %s is %d', async (method, path, status, allow) => {
    const given = await scene().ask({ method, path });
    expect([given.status, given.headers['allow']]).toEqual([status, allow]);
    expect(json(given)).toMatchObject({ errorCode: 'GENERAL' });
  });

  test('a store that is away is 503 with the time to wait', async () => {
    const away = new RampartError('provider_unavailable', 'assignments: away', { retryAfterMs: 4100 });
    const { ask, logged } = scene({ held: () => Promise.reject(away) });
    const one = await ask({ path: `${FLAGS}/a`, body: asUnit('u') });
    expect([one.status, one.headers['retry-after']]).toEqual([503, '5']);
    expect(json(one)).toEqual({ key: 'a', errorCode: 'GENERAL', errorDetails: 'assignments: away' });
    expect((await ask({ body: asUnit('u') })).status).toBe(503);
    expect((await ask({ method: 'GET', path: '/assignments' })).status).toBe(503);
    expect(logged).toEqual([]);
  });

  test('a defect is 500, its details only in the log', async () => {
    const { ask, logged } = scene({ held: () => Promise.reject(new Error('secret detail')) });
    const given = await ask({ path: `${FLAGS}/a`, body: asUnit('u') });
    expect(given.status).toBe(500);
    expect(given.body).not.toContain('secret detail');
    expect(logged).toEqual([{ level: 'error', event: 'request_failed', problem: 'Error: secret detail' }]);
  });
});

interface Flag {
  key: string;
  errorCode?: string;
}
