import { parseScript } from '../../../src/local/model/script';
import { startModelStandIn } from '../../../src/local/model/server';

async function ask(baseUrl: string, body: object): Promise<string> {
  const response = await fetch(`${baseUrl}/chat/completions`, {
    method: 'POST',
    body: JSON.stringify({ model: 'm', ...body }),
  });
  const answer = (await response.json()) as { choices?: { message: { content: string } }[] };
  return answer.choices?.[0]?.message.content ?? `${response.status}`;
}

const user = (content: string) => ({ messages: [{ role: 'user', content }] });

test('a script answers by pattern, in turn; what nothing fits is said back, or the least JSON of the format', async () => {
  const script = parseScript({
    answers: [
      { when: 'colou?r', answer: ['red', 'blue'] },
      { when: 'user: exact$', answer: 'yes' },
    ],
  });
  const model = await startModelStandIn(script);
  try {
    expect(await ask(model.baseUrl, user('Which colour?'))).toBe('red');
    expect(await ask(model.baseUrl, user('Which color?'))).toBe('blue');
    expect(await ask(model.baseUrl, user('Which color?'))).toBe('red');
    expect(await ask(model.baseUrl, user('exact'))).toBe('yes');
    expect(await ask(model.baseUrl, user('else'))).toBe('You said: else');
    const properties = {
      a: { type: 'string' },
      b: { enum: ['x', 'y'] },
      c: { type: 'array' },
      d: { type: 'integer', minimum: 3 },
    };
    const schema = { type: 'object', required: ['a', 'b', 'c', 'd'], properties };
    const format = { type: 'json_schema', json_schema: { name: 'n', schema } };
    expect(JSON.parse(await ask(model.baseUrl, { ...user('hi'), response_format: format }))).toEqual({
      a: 'You said: hi',
      b: 'x',
      c: [],
      d: 3,
    });
    expect(await ask(model.baseUrl, {})).toBe('400');
  } finally {
    await model.close();
  }
});

test.each([
  [{ answers: [{ anser: 'x' }] }, 'anser'],
  [{ answers: [{ when: '(', answer: 'x' }] }, 'Invalid regular expression'],
  [{ answers: [{ answer: 'x', latency: 'soon' }] }, "expected a latency such as '200ms', got 'soon'"],
  ['text', 'script of the stand-in model'],
])('the script %j is refused', (script, message) => {
  expect(() => parseScript(script)).toThrow(message);
});
