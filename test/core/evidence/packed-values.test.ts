import * as fc from 'fast-check';
import {
  byteSink,
  byteSource,
  putCount,
  putNumber,
  putText,
  putValue,
  skipText,
  takeCount,
  takeNumber,
  takeText,
  takeValue,
  written,
  type ByteSink,
  type ByteSource,
} from '../../../src/core/evidence/packed-values';

function cameBack<Value>(
  value: Value,
  put: (sink: ByteSink, value: Value) => void,
  take: (source: ByteSource) => Value,
): void {
  const sink = byteSink(1);
  put(sink, value);
  put(sink, value);
  const source = byteSource(written(sink));
  expect(take(source)).toBe(value);
  expect(take(source)).toBe(value);
  expect(source.at).toBe(sink.length);
}

/** Any UTF-16, halves of surrogate pairs alone included. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
);

test('counts come back, and small ones take a byte', () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (count) => cameBack(count, putCount, takeCount)));
  for (const count of [0, 127, 128, 16_383, 16_384, 2 ** 31, 2 ** 32 - 1]) cameBack(count, putCount, takeCount);
  const sink = byteSink(0);
  putCount(sink, 127);
  expect(sink.length).toBe(1);
});

test('numbers come back to the last bit', () => {
  fc.assert(fc.property(fc.double(), (number) => cameBack(number, putNumber, takeNumber)));
});

test('every text comes back, and is passed over as a whole', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      cameBack(text, putText, takeText);
      const sink = byteSink(0);
      putText(sink, text);
      const source = byteSource(written(sink));
      skipText(source);
      expect(source.at).toBe(sink.length);
    }),
  );
  for (const text of ['', 'ÿ', 'Ā', 'x'.repeat(10_000), 'ж'.repeat(10_000)]) cameBack(text, putText, takeText);
});

test('values come back with their kind', () => {
  const value = fc.oneof(anyText, fc.double(), fc.integer(), fc.boolean(), fc.constant(null));
  fc.assert(fc.property(value, (each) => cameBack(each, putValue, takeValue)));
  for (const each of [0, -0, 1, 250, 251, 255, 256, -1, 0.5, Number.NaN, true, false, null, '', '1']) {
    cameBack(each, putValue, takeValue);
  }
});

test('a source reads from where it is told, also in the middle of a buffer', () => {
  const sink = byteSink(0);
  putCount(sink, 7);
  putNumber(sink, Math.PI);
  const around = new Uint8Array(sink.length + 3);
  around.set(written(sink), 3);
  const source = byteSource(around.subarray(3), 1);
  expect(takeNumber(source)).toBe(Math.PI);
});
