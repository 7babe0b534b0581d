import { DARK, LIGHT, STYLE_SHEET } from '../../../src/adapters/mail/theme';
import { CHART_COLOURS } from '../../../src/core/report/trend-chart';
import { contrast } from './contrast';

test.each([
  ['light', LIGHT],
  ['dark', DARK],
])('text of the %s scheme has a contrast of at least 4.5:1', (_, { page, notice, ink, quiet, good, bad }) => {
  for (const colour of [ink, quiet, good, bad]) expect(contrast(colour, page)).toBeGreaterThanOrEqual(4.5);
  for (const colour of [ink, quiet]) expect(contrast(colour, notice)).toBeGreaterThanOrEqual(4.5);
});

test('what stands in a chart has a contrast of at least 4.5:1 against its ground', () => {
  const { ground, ink, quiet, line } = CHART_COLOURS;
  for (const colour of [ink, quiet, line]) expect(contrast(colour, ground)).toBeGreaterThanOrEqual(4.5);
});

test('both schemes set the same things, for browsers and for the apps of Outlook', () => {
  const rules = (start: string): number => STYLE_SHEET.split(start).length - 1;
  expect(rules('.q{color:')).toBe(3);
  expect(rules('[data-ogsc] .m{')).toBe(1);
  expect(STYLE_SHEET).toContain('@media (prefers-color-scheme:dark){');
});
