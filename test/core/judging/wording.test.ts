import type { Transform } from '../../../src/core/judging/guardrail';
import { wordDifference, wordEvidence, wordMargin, wordMean } from '../../../src/core/judging/wording';

const likert: Transform = { kind: 'linear', low: 1, high: 5, higherIsBetter: true };
const toxicity: Transform = { kind: 'linear', low: 0, high: 1, higherIsBetter: false };
const latency: Transform = { kind: 'log', lnLow: Math.log(100), lnHigh: Math.log(10_000) };
const thumbs: Transform = { kind: 'indicator' };

test.each([
  [likert, 0.75, '4'],
  [toxicity, 0.9, '0.1'],
  [latency, 0.5, '1000'],
  [thumbs, 0.801, '80.1 % good'],
])('a mean on its own scale', (transform, z, text) => {
  expect(wordMean(transform, z)).toBe(text);
});

test.each([
  [likert, -0.0625, '-0.25'],
  [toxicity, -0.05, '+0.05'],
  [latency, -Math.log(1.1) / Math.log(100), '+10.0 %'],
  [thumbs, 0.021, '+2.1 points'],
])('a loss or gain on its own scale', (transform, difference, text) => {
  expect(wordDifference(transform, difference)).toBe(text);
});

test('a margin is the loss that is accepted', () => {
  expect(wordMargin(latency, Math.log(1.1) / Math.log(100))).toBe('+10.0 %');
  expect(wordMargin(likert, 0.0625)).toBe('-0.25');
});

test('evidence as odds, however large', () => {
  expect(wordEvidence(Math.log(20))).toBe('20 to 1');
  expect(wordEvidence(Math.log(0.25))).toBe('0.25 to 1');
  expect(wordEvidence(5000)).toBe('over 1,000,000 to 1');
  expect(wordEvidence(-5000)).toBe('0 to 1');
});
