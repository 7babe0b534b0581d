import * as fc from 'fast-check';
import { caseSafeFileName, fileName, relativePath } from '../../../src/adapters/local/file-names';

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc.string({ unit: fc.constantFrom('.', '/', '%', '~', 'a', 'A', '2', 'f'), maxLength: 12 }),
);

test('every text has a name that is safe on every common file system', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      for (const name of [fileName(text), caseSafeFileName(text)]) {
        expect(name).toMatch(/^[\w%~-][\w.%~-]*$/u);
        expect(name.length).toBeLessThanOrEqual(200);
      }
    }),
  );
});

test('different texts have different names, whatever the case', () => {
  fc.assert(
    fc.property(anyText, anyText, (a, b) => {
      fc.pre(a !== b);
      expect(fileName(a)).not.toBe(fileName(b));
      expect(caseSafeFileName(a).toLowerCase()).not.toBe(caseSafeFileName(b).toLowerCase());
    }),
  );
});

test.each([
  ['reports/2026-W12.html', ['reports', '2026-W12.html']],
  ['../up', ['%2e.', 'up']],
  ['/a//b', ['%', 'a', '%', 'b']],
])('the path of %j stays inside', (name, path) => {
  expect(relativePath(name)).toEqual(path);
});
