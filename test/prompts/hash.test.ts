import * as fc from 'fast-check';
import { contentHash, type Content } from '../../src/prompts/hash';

const text = (written: string, config: unknown = {}): Content => ({ body: { type: 'text', text: written }, config });

test('the hash is the one that was written into commit messages before', () => {
  expect(contentHash(text('Hello {{name}}.', { model: 'small', temperature: 0.2 }))).toBe(
    '50bd6a614987370975203b6d93937e5960352a1efc5aa4c14080e45da371f33a',
  );
});

test('the order of keys and a missing config do not count', () => {
  expect(contentHash(text('a', { x: 1, y: { b: 1, a: 2 } }))).toBe(contentHash(text('a', { y: { a: 2, b: 1 }, x: 1 })));
  expect(contentHash(text('a', null))).toBe(contentHash(text('a', {})));
});

test.each<[string, Content]>([
  ['text', text('b')],
  ['white space', text('a ')],
  ['config', text('a', { temperature: 0 })],
  ['type', { body: { type: 'chat', messages: [{ role: 'user', content: 'a' }] }, config: {} }],
])('another %s is another content', (_, other) => {
  expect(contentHash(other)).not.toBe(contentHash(text('a')));
});

test('the order of messages counts, and a placeholder is not a message', () => {
  const chat = (...messages: ({ role: string; content: string } | { placeholder: string })[]): string =>
    contentHash({ body: { type: 'chat', messages }, config: {} });
  const [first, second] = [
    { role: 'user', content: 'a' },
    { role: 'user', content: 'b' },
  ];
  expect(chat(first, second)).not.toBe(chat(second, first));
  expect(chat({ placeholder: 'a' })).not.toBe(chat({ role: 'placeholder', content: 'a' }));
});

test('what JSON gives back has the same hash', () => {
  fc.assert(
    fc.property(fc.string(), fc.jsonValue(), (written, config) => {
      const content = text(written, config);
      expect(contentHash(JSON.parse(JSON.stringify(content)) as Content)).toBe(contentHash(content));
    }),
  );
});
