import * as fc from 'fast-check';
import { canonicalJson } from '../../../src/core/policy/canonical-json';

const reversed = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, reversed(item)]),
  );
};

test('sorts keys at every depth and keeps the order of lists', () => {
  expect(canonicalJson({ b: [{ d: 1, c: 2 }, 'x'], a: null, é: true, B: -0 })).toBe(
    '{"B":0,"a":null,"b":[{"c":2,"d":1},"x"],"é":true}',
  );
});

test('the order of keys never matters, and the text holds the value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const stored: unknown = JSON.parse(JSON.stringify(value));
      const text = canonicalJson(value);
      expect(canonicalJson(reversed(stored))).toBe(text);
      expect(JSON.parse(text)).toEqual(stored);
    }),
  );
});

test('a key without a value is as good as no key', () => {
  expect(canonicalJson({ a: undefined, b: 1 })).toBe(canonicalJson({ b: 1 }));
});

test.each([[Number.NaN], [Number.POSITIVE_INFINITY], [[undefined]], [10n], [() => 0]])('refuses %p', (value) => {
  expect(() => canonicalJson({ value })).toThrow(TypeError);
});
