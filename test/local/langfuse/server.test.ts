import { type Client, NOW_MS, startClient } from './client';

let client: Client | undefined;
const start = async (options: Parameters<typeof startClient>[0] = {}): Promise<Client> => {
  client = await startClient(options);
  return client;
};
afterEach(async () => {
  await client?.standIn.close();
  client = undefined;
});

describe('keys', () => {
  test.each([
    [
      'a wrong secret',
      `Basic ${btoa('pk-lf-local:wrong')}`,
      401,
      "Invalid credentials. Confirm that you've configured the correct host.",
    ],
    [
      'a malformed header',
      'Basic garbage',
      401,
      "Invalid authorization header. Confirm that you've configured the correct host.",
    ],
    ['another scheme', 'Token x', 401, 'Invalid authorization header'],
    ['the public key alone', 'Bearer pk-lf-local', 403, 'Access denied - insufficient permissions for this endpoint'],
  ])('%s is refused', async (_what, authorization, status, message) => {
    const { send } = await start();
    const answer = await send('GET', '/v3/scores', undefined, { authorization });
    expect(answer).toMatchObject({ status, body: { message } });
  });

  test('no key is refused, and the prompts endpoint names the error', async () => {
    const { standIn } = await start();
    const response = await fetch(`${standIn.baseUrl}/api/public/v2/prompts`);
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual({ message: 'No authorization header', error: 'UnauthorizedError' });
  });

  test('stated keys are the keys', async () => {
    const { standIn, get } = await start({ publicKey: 'pk-x', secretKey: 'sk-x' });
    expect(standIn).toMatchObject({ publicKey: 'pk-x', secretKey: 'sk-x' });
    expect((await get('/v3/scores')).status).toBe(200);
  });
});

describe('routes', () => {
  test('an unknown route is an HTML page, a wrong method JSON', async () => {
    const { get, send } = await start();
    const unknown = await get('/nope');
    expect(unknown.status).toBe(404);
    expect(unknown.headers.get('content-type')).toContain('text/html');
    expect(await send('PUT', '/v2/prompts', {})).toMatchObject({
      status: 405,
      body: { message: 'Method not allowed', error: 'MethodNotAllowedError' },
    });
  });

  test.each([
    '/scores',
    '/scores/x',
    '/v2/scores',
    '/v2/scores/x',
    '/observations',
    '/traces',
    '/sessions/x',
    '/metrics/daily',
  ])('%s is gone, and says so before it looks at the key', async (path) => {
    const { send } = await start();
    const answer = await send('GET', path, undefined, { authorization: 'Basic garbage' });
    expect(answer.status).toBe(404);
    expect(answer.body['message']).toContain('events_only mode');
  });

  test('health needs no key', async () => {
    const { standIn } = await start();
    const response = await fetch(`${standIn.baseUrl}/api/public/health`);
    expect(await response.json()).toEqual({ status: 'OK', version: '4.16.0' });
  });
});

describe('limits', () => {
  test('scores, observations and label moves share one bucket; prompt reads are free', async () => {
    const { get, send, clock, standIn } = await start({ rateLimit: { publicApi: { requests: 2, windowMs: 60_000 } } });
    standIn.data.createPrompt({ name: 'a' }, NOW_MS);
    await get('/v3/scores');
    clock.nowMs += 10_000;
    await get('/v2/observations');
    const refused = await send('PATCH', '/v2/prompts/a/versions/1', { newLabels: ['x'] });
    expect(refused).toMatchObject({
      status: 429,
      body: { code: 'rate_limited', details: { retryAfterSeconds: 50, limit: 2, remaining: 0 } },
    });
    expect(refused.headers.get('retry-after')).toBe('50');
    expect(Date.parse(refused.headers.get('x-ratelimit-reset')!)).toBe(NOW_MS + 60_000);
    expect((await get('/v2/prompts/a', { label: 'latest' })).body['labels']).toEqual(['latest']);
    clock.nowMs += 50_000;
    expect((await get('/v3/scores')).status).toBe(200);
  });

  test('metrics have a bucket of their own', async () => {
    const { get } = await start({ rateLimit: { metrics: { requests: 1, windowMs: 60_000 } } });
    expect((await get('/v2/metrics')).status).toBe(400);
    expect((await get('/v2/metrics')).status).toBe(429);
    expect((await get('/v3/scores')).status).toBe(200);
  });
});

describe('faults', () => {
  test('are used up in order by the requests that match', async () => {
    const { get, standIn } = await start();
    standIn.data.faults.next({ path: /v3\/scores/u, times: 2 }, { kind: 'status', status: 500 });
    standIn.data.faults.next({ path: /v3\/scores/u }, { kind: 'html', status: 502 });
    standIn.data.faults.next({ path: /v3\/scores/u }, { kind: 'rate_limited', retryAfterSeconds: 7 });
    standIn.data.faults.next({ method: 'POST', path: /v3\/scores/u }, { kind: 'status', status: 503 });
    expect((await get('/v2/observations')).status).toBe(200);
    const answers = [];
    for (let i = 0; i < 5; i++) answers.push(await get('/v3/scores'));
    expect(answers.map((answer) => answer.status)).toEqual([500, 500, 502, 429, 200]);
    expect(answers[2]!.headers.get('content-type')).toContain('text/html');
    expect(answers[3]!.headers.get('retry-after')).toBe('7');
  });

  test('a body can be cut off, and a connection closed', async () => {
    const { get, standIn } = await start();
    standIn.data.faults.next({ path: /scores/u }, { kind: 'truncated' });
    await expect(get('/v3/scores')).rejects.toMatchObject({ name: 'TypeError' });
    standIn.data.faults.next({ path: /scores/u }, { kind: 'dropped' });
    await expect(get('/v3/scores')).rejects.toMatchObject({ name: 'TypeError' });
    expect((await get('/v3/scores')).status).toBe(200);
  });

  test('an answer can be lost after the work was done', async () => {
    const { send, standIn } = await start();
    const prompt = { name: 'a', prompt: 'x' };
    standIn.data.faults.next({ method: 'POST', path: /prompts/u }, { kind: 'dropped' });
    await expect(send('POST', '/v2/prompts', prompt)).rejects.toMatchObject({ name: 'TypeError' });
    expect(standIn.data.prompts.versions('a')).toHaveLength(0);
    standIn.data.faults.next({ method: 'POST', path: /prompts/u }, { kind: 'dropped', after: true });
    await expect(send('POST', '/v2/prompts', prompt)).rejects.toMatchObject({ name: 'TypeError' });
    expect(standIn.data.prompts.versions('a')).toHaveLength(1);
  });

  test('a slow answer outlives an impatient client', async () => {
    const { standIn } = await start();
    standIn.data.faults.next({ path: /health/u }, { kind: 'delay', delayMs: 10_000 });
    const request = fetch(`${standIn.baseUrl}/api/public/health`, { signal: AbortSignal.timeout(20) });
    await expect(request).rejects.toMatchObject({ name: 'TimeoutError' });
  });
});
