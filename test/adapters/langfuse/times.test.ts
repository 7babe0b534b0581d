import * as fc from 'fast-check';
import { readTimeMs } from '../../../src/adapters/langfuse/json';

const NOW_MS = Date.UTC(2026, 10, 23);

function expected(text: string): number | undefined {
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}

test('times close to one another, as on a page, are read as Date.parse reads them', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -200_000, max: 200_000 })), (offsetsMs) => {
      for (const offsetMs of offsetsMs) {
        const text = new Date(NOW_MS + offsetMs).toISOString();
        expect(readTimeMs(text)).toBe(NOW_MS + offsetMs);
      }
    }),
  );
});

test('whatever one character is, a time is read as Date.parse reads it, or is none to both', () => {
  fc.assert(
    fc.property(
      fc.date({ noInvalidDate: true }),
      fc.nat(26),
      fc.constantFrom('0', '2', '3', '4', '6', '9', ':', '.', '-', 'T', 'Z', ' ', '+', 'x'),
      (date, at, to) => {
        const text = date.toISOString();
        const changed = text.slice(0, at) + to + text.slice(at + 1);
        for (const each of [text, changed, text]) expect(readTimeMs(each)).toBe(expected(each));
      },
    ),
    { numRuns: 1000 },
  );
});

test.each([
  '2026-11-23T24:00:00.000Z',
  '2026-11-23T24:00:30.000Z',
  '2026-11-23T24:00:00.001Z',
  '2026-11-23T23:59:60.000Z',
])('the end of a day: %s', (text) => expect(readTimeMs(text)).toBe(expected(text)));

test.each(['2026-11-23T09:30:00Z', '2026-11-23T09:30:00.123456Z', '2026-11-23T09:30:00.000+02:00', '', 'yesterday'])(
  'other ways to write it, or none: %j',
  (text) => expect(readTimeMs(text)).toBe(expected(text)),
);
