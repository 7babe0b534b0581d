import { MAX_TEXT_BYTES, renderText } from '../../../src/core/report/render-text';
import { byUrgency, headline } from '../../../src/core/report/weekly-report';
import { byteLength } from '../../../src/core/report/plain-text';
import { busyHours, hostileWeek, reportOf, weekOf } from './sample-report';

test('the text says where a difference has no interval, and lists the last weeks', () => {
  const still = (hour: string, n: number) => ({
    hour,
    version: 3,
    values: { error_rate: Array.from({ length: n }, () => 0) },
  });
  const week = weekOf('greeting', [still('2026-11-10T09:00:00Z', 3), still('2026-11-17T09:00:00Z', 2)]);
  expect(renderText(reportOf([week]))).toContain(
    'error rate: 0.0 % (n 2, se 0); week before 0.0 % (n 3, se 0); +0.0 points, no interval: the values do not vary',
  );
  expect(week.sentence).toBe('2 generations (-33 %). Nothing changed clearly.');
  const busy = renderText(reportOf([weekOf('busy', busyHours({ score: 'clarity', category: 'rude' }, 2))]));
  expect(busy).toContain('clarity by week, W40 to W47: none, none, none, none, none, none, 4.67, 4.35');
});

test('the text stays under its size however much there is to say', () => {
  const week = hostileWeek('🎉<'.repeat(200));
  const text = renderText(reportOf(Array.from({ length: 400 }, () => week)));
  expect(byteLength(text)).toBeLessThanOrEqual(MAX_TEXT_BYTES);
  expect(text).toMatch(/\d+ further prompts are only in the stored JSON/u);
});

test('a project without any generation ends with the note alone', () => {
  const report = { ...reportOf([]), totals: { generations: 0, unlinked: 0 } };
  expect(renderText(report)).toContain('\n\nn is how many values');
});

test('the text cannot be made to show a prompt that is not there', () => {
  const text = renderText(reportOf([hostileWeek('two\nlines\n== fake prompt ==')]));
  expect(text.split('\n').filter((line) => line.startsWith('=='))).toEqual(['== two lines == fake prompt == ==']);
});

test('the headline counts what happened and who waits', () => {
  const week = hostileWeek('greeting');
  expect(headline(reportOf([]))).toBe('no prompts yet');
  expect(headline(reportOf([{ ...week, needs: [], events: [] }]))).toBe('a quiet week');
  const event = week.events[0]!;
  const events = [event, { ...event, kind: 'started' }, { ...event, kind: 'promoted' }];
  expect(headline(reportOf([{ ...week, events }, week]))).toBe(
    '2 prompts need a person, 2 rolled back, 1 promoted and 1 started',
  );
});

test('a week of comparisons alone, or of moves by hand, is not a quiet one', () => {
  const week = hostileWeek('greeting');
  const of = (...kinds: string[]): string => {
    const events = kinds.map((kind) => ({ ...week.events[0]!, kind }));
    return headline(reportOf([{ ...week, needs: [], events }]));
  };
  expect(of('variant_dropped', 'comparison_ended')).toBe('1 variant taken out and 1 comparison ended');
  expect(of('comparison_started', 'comparison_started')).toBe('2 comparisons started');
  expect(of('production_moved')).toBe('1 moved by someone else');
});

test('who waits for a person comes first, then where something happened, then by volume', () => {
  const week = hostileWeek('greeting');
  const quiet = { ...week, needs: [], events: [] };
  const small = {
    ...quiet,
    prompt: 'small',
    changes: quiet.changes.map((change) => ({ ...change, now: { value: 1, n: 1, standardError: null } })),
  };
  const order = byUrgency([
    small,
    { ...quiet, prompt: 'large' },
    { ...week, prompt: 'eventful', needs: [] },
    { ...week, prompt: 'waiting' },
  ]);
  expect(order.map(({ prompt }) => prompt)).toEqual(['waiting', 'eventful', 'large', 'small']);
});
