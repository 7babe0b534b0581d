import type { Change } from '../../../src/core/report/change';
import type { ReportEvent } from '../../../src/core/report/events';
import { weekSentence } from '../../../src/core/report/sentence';

function line(id: string, now: number | null, before: number | null, interval: [number, number] | null = null): Change {
  const value = (x: number | null): Change['now'] => (x === null ? null : { value: x, n: 10, standardError: null });
  return {
    id,
    label: id.replace('score:', ''),
    unit: id === 'generations' ? 'count' : 'number',
    better: id === 'score:clarity' ? 'higher_is_better' : id === 'cost' ? 'lower_is_better' : null,
    now: value(now),
    before: value(before),
    difference:
      now === null || before === null
        ? null
        : { value: now - before, low: interval?.[0] ?? null, high: interval?.[1] ?? null, why: null },
  };
}

const event = (kind: string, text: string): ReportEvent => ({ atMs: 0, kind, rolloutId: null, text });
const VOLUME = line('generations', 1080, 1000);

test.each([
  ['nothing at all', [], 'No traffic in this week or the week before.'],
  ['an empty week', [line('generations', null, 1)], 'No traffic in this week; 1 generation the week before.'],
  [
    'a first week',
    [line('generations', 1, null), line('cost', 2, null)],
    '1 generation; there are no numbers of the week before. Measured: cost 2.00.',
  ],
  ['a still week', [VOLUME, line('cost', 2, 2, [-1, 1])], '1,080 generations (+8 %). Nothing changed clearly.'],
  ['a change without an interval', [VOLUME, line('cost', 9, 2)], '1,080 generations (+8 %). Nothing changed clearly.'],
  [
    'clear changes',
    [
      VOLUME,
      line('cost', 3, 2, [0.5, 1.5]),
      line('score:clarity', 4, 3, [0.5, 1.5]),
      line('score:wit', 2, 3, [-2, -0.1]),
    ],
    '1,080 generations (+8 %). Worse: cost 3.00 (was 2.00). Better: clarity 4.00 (was 3.00). Lower: wit 2.00 (was 3.00).',
  ],
  [
    'a new score beside known ones',
    [VOLUME, line('cost', 3, 2, [0.5, 1.5]), line('score:wit', 2, null), line('tokens', 2, 2, [-1, 1])],
    '1,080 generations (+8 %). Worse: cost 3.00 (was 2.00). Nothing else changed clearly.',
  ],
])('%s', (_, changes, sentence) => {
  expect(weekSentence(changes, [])).toBe(sentence);
});

test('many clear changes are counted after the first four', () => {
  const changes = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => line(`score:${name}`, 2, 1, [0.5, 1.5]));
  expect(weekSentence([VOLUME, ...changes], [])).toContain('d 2.00 (was 1.00) and 2 more.');
});

test('categories are left to the table', () => {
  expect(weekSentence([VOLUME, line('score:tone=kind', 2, 1, [0.5, 1.5])], [])).toBe('1,080 generations (+8 %).');
});

test('how rollouts ended is told with the first thing that was said about it, the last three of them', () => {
  const events = [
    event('rolled_back', 'version 1 was rolled back'),
    event('started', 'version 2 started'),
    event('rolled_back', 'version 2 was rolled back: Worse: 3 against 4; evidence 120 to 1.'),
    event('aborted', 'version 3 ended.'),
    event('promoted', 'version 4 was promoted'),
  ];
  expect(weekSentence([VOLUME], events)).toBe(
    '1,080 generations (+8 %). Version 2 was rolled back: Worse: 3 against 4. Version 3 ended. Version 4 was promoted.',
  );
});

test('how comparisons ended, and which variants were taken out, is told too', () => {
  const events = [
    event('comparison_started', 'the comparison of a=1, b=2 started'),
    event(
      'variant_dropped',
      'variant b (version 2) was taken out of the comparison of a=1, b=2: Worse; evidence 120 to 1.',
    ),
    event('comparison_ended', 'the comparison of a=1, c=3 ended, no difference that matters'),
  ];
  expect(weekSentence([VOLUME], events)).toBe(
    '1,080 generations (+8 %). Variant b (version 2) was taken out of the comparison of a=1, b=2: Worse. ' +
      'The comparison of a=1, c=3 ended, no difference that matters.',
  );
});
