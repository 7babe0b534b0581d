import { assert, constantFrom, oneof, property, string } from 'fast-check';
import { harmless, plainText } from '../../../src/core/report/plain-text';
import { HOSTILE } from './hostile';

test('plain text stays on its line, and keeps right-to-left words to themselves', () => {
  expect(plainText('two\nlines\r\n== fake ==')).toBe('two lines == fake ==');
  expect(plainText('\u202egnp.exe')).toBe('gnp.exe');
  expect(plainText('שלום')).toBe('\u2068שלום\u2069');
  expect(plainText('👩🏽‍🚀')).toBe('👩🏽‍🚀');
});

test('nothing that anybody writes leaves a character behind that draws text elsewhere or is none', () => {
  assert(
    property(oneof(string({ unit: 'binary' }), constantFrom(...HOSTILE)), (text) => {
      expect(harmless(text)).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069\ufffe\uffff]|\p{Surrogate}/u);
    }),
  );
});
