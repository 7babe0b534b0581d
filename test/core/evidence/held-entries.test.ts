import * as fc from 'fast-check';
import { subjectPacking, unitPacking } from '../../../src/core/evidence/pack-records';
import { allHeld, dropHeld, heldEntries, heldRecord, hold } from '../../../src/core/evidence/held-entries';
import { keyOf } from '../../../src/core/evidence/packed-entries';
import type { SubjectRecord, UnitRecord } from '../../../src/core/evidence/records';

const id = fc.oneof(fc.string({ unit: 'binary', maxLength: 40 }), fc.constantFrom('__proto__', ''));
const atMs = fc.integer({ min: 0, max: 4e12 });
const stage = fc.integer({ min: -1, max: 40 });
const version = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
const z = fc.double({ noNaN: true });

const subject: fc.Arbitrary<SubjectRecord> = fc.record({
  v: fc.array(version, { maxLength: 3 }),
  t: atMs,
  u: id,
  s: stage,
  w: fc.constantFrom(0 as const, 1 as const),
  o: fc.array(fc.tuple(id, version, stage), { maxLength: 4 }),
  c: fc.array(
    fc.oneof(
      fc.tuple(id, id, fc.oneof(z, fc.boolean(), id), atMs),
      fc.tuple(
        id,
        fc.constantFrom('ambiguous_score' as const, 'unlinked_score' as const, 'other_trace_score' as const),
      ),
    ),
    { maxLength: 4 },
  ),
  changed: fc.constant(false),
});

const unit: fc.Arbitrary<UnitRecord> = fc.record({
  e: atMs,
  es: fc.nat(40),
  st: fc.array(fc.tuple(fc.nat(40), fc.nat(9), fc.array(z, { maxLength: 8 })), {
    maxLength: 3,
  }),
  b: fc.array(fc.nat(2), { maxLength: 4 }),
  f: fc.array(fc.oneof(fc.tuple(atMs, z), fc.constant([NaN, NaN])), { maxLength: 4 }).map((firsts) => firsts.flat()),
  changed: fc.constant(false),
});

test('the newest record of every key comes back as it was held', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(id, subject), { maxLength: 40 }), (records) => {
      const held = heldEntries();
      for (const [key, record] of records) hold(held, key, record, subjectPacking);
      const newest = new Map(records);
      for (const [key, record] of newest) expect(subjectPacking.unpack(heldRecord(held, key)!)).toEqual(record);
      expect(allHeld(held).map(keyOf).sort()).toEqual([...newest.keys()].sort());
      expect(heldRecord(held, 'never held, because it is too long for an id here')).toBeNull();
      dropHeld(held);
      expect(allHeld(held)).toEqual([]);
    }),
  );
});

test('units come back too, also one that is larger than what is set aside for many', () => {
  fc.assert(
    fc.property(unit, (record) => {
      const held = heldEntries();
      const large: UnitRecord = { ...record, f: Array.from({ length: 40_000 }, (_, i) => 0.1 * i) };
      hold(held, 'small', record, unitPacking);
      hold(held, 'large', large, unitPacking);
      hold(held, 'after', record, unitPacking);
      for (const key of ['small', 'after']) expect(unitPacking.unpack(heldRecord(held, key)!)).toEqual(record);
      expect(unitPacking.unpack(heldRecord(held, 'large')!).f).toHaveLength(40_000);
    }),
    { numRuns: 20 },
  );
});
