import { describeHealth, describeTotals } from '../../../src/core/report/health';
import { changeOf } from '../../../src/core/report/change';
import { measuresOf } from '../../../src/core/report/measure';
import { aggregate } from './sample';
import { hostileWeek, reportOf } from './sample-report';
import { renderText } from '../../../src/core/report/render-text';

test.each([
  ['nothing to say', {}, null, []],
  ['as many as Langfuse counts', {}, 1000, []],
  ['as many but for a few that came late', {}, 1005, []],
  [
    'rows of other environments explain the difference',
    { other_environment: 200 },
    1200,
    ['200 generations of other environments are not in the numbers'],
  ],
  ['rows are missing', {}, 1200, ['Langfuse counts 1,200 generations of the week, 1,000 have been read']],
  [
    'rows that are not used',
    { ambiguous_score: 1, no_unit: 2, late_edit: 0 },
    null,
    [
      '2 generations named no unit of the policy and fell back to the trace: not judged',
      '1 score not used: given to a trace or session that saw more than one version',
    ],
  ],
])('a prompt with %s', (_, facts, listed, expected) => {
  expect(describeHealth({ facts, listed }, 1000)).toEqual(expected);
});

test('the project', () => {
  expect(describeTotals({ generations: 0, unlinked: 0 })).toBe('');
  expect(describeTotals({ generations: 10, unlinked: 0 })).toBe(
    'Langfuse counts 10 generations in the whole project, all of them linked to a prompt.',
  );
  expect(describeTotals({ generations: 12_000, unlinked: 1200 })).toBe(
    'Langfuse counts 12,000 generations in the whole project; 1,200 (10.0 %) are linked to no prompt and are in no numbers.',
  );
});

test('both are in the text form', () => {
  const text = renderText(reportOf([hostileWeek('greeting')]));
  expect(text).toContain('  data: 3 generations named no unit of the policy');
  expect(text).toContain('100 (10.0 %) are linked to no prompt');
  expect(renderText({ ...reportOf([]), totals: null })).toContain('Langfuse could not be asked for its own totals.');
});

test('coverage is the share of traces that have the score, with an interval', () => {
  const ones = (n: number) => aggregate(Array.from({ length: n }, () => 1));
  const now = { traces: ones(100), 'covered:clarity': ones(60) };
  const before = { traces: ones(200), 'covered:clarity': ones(180), 'covered:tone': ones(3) };
  const changes = measuresOf([now, before], new Map()).map((measure) => changeOf(measure, now, before));
  const [clarity, tone] = changes.filter(({ id }) => id.startsWith('coverage:'));
  expect(clarity).toMatchObject({
    id: 'coverage:clarity',
    label: 'clarity, coverage',
    now: { value: 0.6, n: 100 },
    before: { value: 0.9, n: 200 },
    better: 'higher_is_better',
  });
  expect(clarity!.difference!.low).toBeLessThan(-0.3);
  expect(clarity!.difference!.high).toBeGreaterThan(-0.3);
  expect(tone).toMatchObject({ now: { value: 0, n: 100 }, before: { value: 0.015, n: 200 } });
  expect(
    measuresOf([{ 'covered:clarity': ones(3) }], new Map())
      .at(-1)!
      .read({ 'covered:clarity': ones(3) }),
  ).toBeNull();
});
