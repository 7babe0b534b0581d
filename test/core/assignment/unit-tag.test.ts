import * as fc from 'fast-check';
import { tagOfUnit, unitOfTag } from '../../../src/core/assignment/unit-tag';

test.each([
  ['user-1', 'user-1'],
  ['007', '007'],
  ['1234567890123456789', 'unit:1234567890123456789'],
  ['1e3', 'unit:1e3'],
  ['true', 'unit:true'],
  ['{"a":1}', 'unit:{"a":1}'],
  ['unit:5', 'unit:unit:5'],
])('%j is written as %j', (unit, tag) => {
  expect(tagOfUnit(unit)).toBe(tag);
});

test('any unit comes back as it was, also from a server that reads JSON in texts', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json(), fc.integer().map(String)), (unit) => {
      const tag = tagOfUnit(unit);
      expect(() => JSON.parse(tag) as unknown).toThrow();
      expect(unitOfTag(tag)).toBe(unit);
    }),
  );
});
