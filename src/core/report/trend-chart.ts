import type { Trend, TrendPoint } from './trend';
import { wordValue } from './wording';

/** Size in CSS pixels. */
export const CHART = { width: 312, height: 128 } as const;

/**
 * Colours that stand on the chart's own ground, so that it looks the same on a light page and on a dark one.
 * `ink`, `quiet` and `line` keep 4.5:1 against `ground`; a test checks it.
 */
export const CHART_COLOURS = {
  ground: '#f3f5f8',
  ink: '#16181d',
  quiet: '#545c69',
  line: '#1a5fb4',
  interval: '#9dbde6',
  rule: '#d5dae1',
} as const;

const PLOT = { left: 14, right: 298, top: 42, bottom: 100 } as const;
const RIGHT = 'text-anchor="end"';

/** A point and where it is, by the index of its week. */
interface Placed {
  index: number;
  point: TrendPoint;
}

/**
 * A trend as an SVG document: the line over the weeks with the 95 % interval of each, the newest value written out. It holds
 * numbers and weeks only, so that every character of it is in the font; what it shows is named beside it and in {@link trendText}.
 * @param weeks ISO weeks of the trend's points
 */
export function trendChart({ unit, points }: Trend, weeks: readonly string[]): string {
  const placed = points.flatMap((point, index): Placed[] => (point === null ? [] : [{ index, point }]));
  const { low, high } = rangeOf(placed);
  const x = (index: number): number => PLOT.left + (index / Math.max(1, points.length - 1)) * (PLOT.right - PLOT.left);
  const y = (value: number): number => PLOT.bottom - ((value - low) / (high - low)) * (PLOT.bottom - PLOT.top);
  const last = points.at(-1) ?? null;
  const { ground, ink, quiet, line, interval, rule } = CHART_COLOURS;
  const { width, height } = CHART;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="Inter" font-size="11">`,
    `<rect width="${width}" height="${height}" rx="6" fill="${ground}"/>`,
    ...[PLOT.top, PLOT.bottom].map((at) => `<path d="M${PLOT.left} ${at}H${PLOT.right}" stroke="${rule}"/>`),
    ...placed.map(({ index, point }) => intervalMark(x(index), point, y, interval)),
    `<path d="${pathOf(placed, x, y)}" fill="none" stroke="${line}" stroke-width="2" stroke-linejoin="round"/>`,
    ...placed.map(({ index, point }) => dot(x(index), y(point.value), index === points.length - 1 ? 4 : 2.5)),
    text(PLOT.left, 27, last === null ? 'none' : wordValue(unit, last.value), `font-size="18" fill="${ink}"`),
    ...spreadLabels(placed, unit, quiet),
    text(PLOT.left, 118, weekLabel(weeks[0]), `fill="${quiet}"`),
    text(PLOT.right, 118, weekLabel(weeks.at(-1)), `${RIGHT} fill="${quiet}"`),
    '</svg>',
  ].join('\n');
}

/** The same in words, for those who do not see the picture: `clarity by week, W40 to W47: none, 4.10, 4.12`. */
export function trendText({ label, unit, points }: Trend, weeks: readonly string[]): string {
  const values = points.map((point) => (point === null ? 'none' : wordValue(unit, point.value)));
  return `${label} by week, ${weekLabel(weeks[0])} to ${weekLabel(weeks.at(-1))}: ${values.join(', ')}`;
}

function weekLabel(week: string | undefined): string {
  return week?.slice(5) ?? '';
}

/** What the plot spans: every value and interval; around a constant one, something. */
function rangeOf(placed: readonly Placed[]): { low: number; high: number } {
  const values = placed.flatMap(({ point: { value, low, high } }) => [value, low ?? value, high ?? value]);
  const low = Math.min(...values);
  const high = Math.max(...values);
  if (high > low) return { low, high };
  const half = Math.abs(low) / 2 || 1;
  return { low: low - half, high: high + half };
}

/** Weeks without a value break the line. */
function pathOf(placed: readonly Placed[], x: (index: number) => number, y: (value: number) => number): string {
  return placed
    .map(({ index, point }, i) => {
      const isNext = i > 0 && placed[i - 1]!.index === index - 1;
      return `${isNext ? 'L' : 'M'}${x(index).toFixed(1)} ${y(point.value).toFixed(1)}`;
    })
    .join('');
}

function intervalMark(x: number, { low, high }: TrendPoint, y: (value: number) => number, colour: string): string {
  if (low === null || high === null) return '';
  const at = x.toFixed(1);
  return `<path d="M${at} ${y(low).toFixed(1)}V${y(high).toFixed(1)}" stroke="${colour}" stroke-width="7"/>`;
}

function dot(x: number, y: number, radius: number): string {
  return `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${radius}" fill="${CHART_COLOURS.line}"/>`;
}

function spreadLabels(placed: readonly Placed[], unit: Trend['unit'], colour: string): string[] {
  const values = placed.map(({ point }) => point.value);
  const [least, most] = [Math.min(...values), Math.max(...values)].map((value) => wordValue(unit, value));
  const range = least === most ? `always ${least}` : `${least} to ${most}`;
  return [text(PLOT.right, 27, range, `${RIGHT} fill="${colour}"`)];
}

function text(x: number, y: number, words: string, attributes: string): string {
  return `<text x="${x}" y="${y}" ${attributes}>${words}</text>`;
}
