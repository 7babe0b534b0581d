import * as fc from 'fast-check';
import { textOrder } from '../../../src/core/judging/key-order';

/** Keys of units as they are, and texts that begin alike or are of no alphabet in particular. */
const text = fc.oneof(
  fc.base64String({ maxLength: 24 }),
  fc.string({ unit: fc.constantFrom('a', 'b', '-', '\u0000', 'ÿ', 'Ā', '日'), maxLength: 6 }),
  fc.constant('always the same'),
);

test('texts are ordered as they compare, equal ones in their own order', () => {
  fc.assert(
    fc.property(fc.array(text, { maxLength: 200 }), (texts) => {
      const compare = (a: number, b: number): number =>
        texts[a]! < texts[b]! ? -1 : texts[a]! > texts[b]! ? 1 : a - b;
      expect([...textOrder(texts)]).toEqual(texts.map((_, i) => i).sort(compare));
    }),
  );
});
