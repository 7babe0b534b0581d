import * as fc from 'fast-check';
import { readCsv } from '../../../src/local/scores/csv';

function cellsOf(text: string): string[][] {
  return readCsv(text).rows.map(({ cells }) => cells);
}

test.each([
  [
    'a,b\n1,2',
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  [
    '\uFEFFa,b\r\n1,2\r\n',
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  [
    'a,"1, 0.5, ""x""",3\n\nb,"two\nlines",',
    [
      ['a', '1, 0.5, "x"', '3'],
      ['b', 'two\nlines', ''],
    ],
  ],
  [' a , "b" ,5" pipe', [['a', 'b', '5" pipe']]],
  ['a,', [['a', '']]],
  ['', []],
])('%j', (text, rows) => {
  expect(readCsv(text).brokenLine).toBeNull();
  expect(cellsOf(text)).toEqual(rows);
});

test('lines are counted within cells too; a quotation mark that does not fit is said with its line', () => {
  expect(readCsv('a\n"x\ny",1\nb').rows.map(({ line }) => line)).toEqual([1, 2, 4]);
  expect(readCsv('a\nb,"c"d\ne')).toEqual({ rows: [{ line: 1, cells: ['a'] }], brokenLine: 2 });
  expect(readCsv('a\n"b').brokenLine).toBe(2);
});

test('whatever cells hold, what is written in quotation marks is read again', () => {
  const cell = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', ' ', 'ü') });
  fc.assert(
    fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 3 }), { maxLength: 4 }), (rows) => {
      const text = rows.map((row) => row.map((each) => `"${each.replaceAll('"', '""')}"`).join(',')).join('\n');
      expect(cellsOf(text)).toEqual(rows);
    }),
  );
});
