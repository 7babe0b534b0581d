import { keyCheck, parseKeyList, parseKeySecret } from '../../lambdas/serve-keys';

const KEY = '0123456789abcdef';
const OTHER = 'fedcba9876543210';

test('a check knows its keys and nothing else', () => {
  const isKey = keyCheck([KEY, OTHER]);
  expect([KEY, OTHER].every(isKey)).toBe(true);
  for (const key of ['', KEY.slice(1), `${KEY} `, KEY.toUpperCase(), `${KEY},${OTHER}`]) expect(isKey(key)).toBe(false);
  expect(keyCheck([])(KEY)).toBe(false);
});

test('keys come as a list or as a secret', () => {
  expect(parseKeyList('KEYS', ` ${KEY} ,${OTHER}`)).toEqual([KEY, OTHER]);
  expect(parseKeySecret('secret keys', JSON.stringify({ web: KEY, python: OTHER }))).toEqual([KEY, OTHER]);
});

test.each([
  ['', 'KEYS[0]: expected a key of at least 16 visible ASCII characters without a comma, got 0'],
  [`${KEY},short`, 'KEYS[1]: expected a key of at least 16 visible ASCII characters without a comma, got 5'],
  ['0123456789 abcdef', 'KEYS[0]: expected a key of at least 16 visible ASCII characters without a comma, got others'],
  ['0123456789abcdeü', 'KEYS[0]: expected a key of at least 16 visible ASCII characters without a comma, got others'],
])('the list %j is refused without showing it', (text, message) => {
  expect(() => parseKeyList('KEYS', text)).toThrow(message);
});

test.each([
  ['{', 'secret keys: expected a JSON object {"NAME": "KEY", …}, got something else'],
  [`["${KEY}"]`, 'secret keys: expected a JSON object {"NAME": "KEY", …}, got something else'],
  ['{}', 'secret keys: expected at least one key, got none'],
  ['{"web": 5}', 'secret keys.web: expected a text, got number'],
  ['{"web": "short"}', 'secret keys[0]: expected a key of at least 16 visible ASCII characters'],
])('the secret %j is refused without showing it', (text, message) => {
  expect(() => parseKeySecret('secret keys', text)).toThrow(message);
});
