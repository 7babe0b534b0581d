import { wordDifference } from '../judging/wording';
import { formatRoughly } from '../policy/duration';
import type { Comparison } from './comparison';

/** A variant's difference to the control at one look, on the z scale; `low` and `high` null before there is an interval. */
export interface DifferencePoint {
  atMs: number;
  difference: number;
  low: number | null;
  high: number | null;
}

/** The differences of every variant over time, in the order of the arms; oldest first. */
export type DifferenceSeries = readonly { name: string; points: readonly DifferencePoint[] }[];

const [WIDTH, HEIGHT] = [820, 360];
const PLOT = { left: 96, right: 660, top: 52, bottom: 300 };
/** Told apart with every kind of colour vision (Okabe and Ito), and dark enough on white. */
const COLOURS = ['#0072b2', '#d55e00', '#00785a', '#a6428a', '#8a6d00', '#4f4f4f', '#3b7ea1'];
const Y_TICKS = 5;
const X_TICKS = 7;
const HOUR_MS = 3_600_000;
/** Round times between two labels. */
const STEPS_MS = [1000, 10_000, 60_000, 600_000, ...[1, 2, 3, 6, 12, 24, 48, 168, 336].map((hours) => hours * HOUR_MS)];
const LEAST_SPAN = 1e-6;

/**
 * The difference of every variant to the control over time, with its confidence sequence as a band: one SVG document. Up is
 * better, whatever the metric; the margin is dashed.
 * @param title false = without the line that names prompt and metric, for pictures whose font has few characters
 */
export function differenceSvg(
  comparison: Comparison,
  series: DifferenceSeries,
  { title: isTitled = true } = {},
): string {
  const { startedAtMs, metric, arms } = comparison;
  const shown = series.flatMap(({ points }) => points);
  const endMs = Math.max(startedAtMs + 1, ...shown.map(({ atMs }) => atMs));
  const limit = limitOf(metric.delta, shown);
  const x = (atMs: number): number =>
    PLOT.left + ((atMs - startedAtMs) / (endMs - startedAtMs)) * (PLOT.right - PLOT.left);
  const y = (z: number): number => {
    const inside = Math.min(limit, Math.max(-limit, z));
    return (PLOT.top + PLOT.bottom) / 2 - (inside / limit) * ((PLOT.bottom - PLOT.top) / 2);
  };
  const title = `${comparison.prompt}: ${metric.id}, each variant less ${arms[0]!.name} (version ${arms[0]!.version})`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" font-family="Inter, sans-serif" font-size="12">`,
    ...(isTitled ? [`<title>${escaped(title)}</title>`] : []),
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    ...(isTitled ? [text(PLOT.left, 26, title, 'font-size="14" font-weight="bold"')] : []),
    ...yAxis(comparison, limit, y),
    ...xAxis(startedAtMs, endMs, x),
    ...dashed(y(metric.delta), 'margin'),
    ...dashed(y(-metric.delta), ''),
    ...dropLines(comparison, x),
    ...series.flatMap(({ name, points }, index) => variant(name, points, index, x, y)),
    ...(shown.length === 0
      ? [text(PLOT.left + 12, PLOT.top + 24, 'nothing has been judged yet', 'fill="#57606a"')]
      : []),
    '</svg>\n',
  ].join('\n');
}

type Scale = (value: number) => number;

/** Half of the height: the margin, and what is seen once intervals have become narrow enough to be read. */
function limitOf(delta: number, points: readonly DifferencePoint[]): number {
  const middle = points.length > 0 ? points[Math.floor(points.length / 4)]! : null;
  const ends = points
    .slice(Math.floor(points.length / 4))
    .flatMap(({ low, high, difference }) => [low ?? difference, high ?? difference]);
  const widest = middle === null ? 0 : Math.max(...ends.map(Math.abs));
  return Math.max(LEAST_SPAN, 1.15 * delta, Math.min(1.1 * widest, 8 * delta));
}

function variant(name: string, points: readonly DifferencePoint[], index: number, x: Scale, y: Scale): string[] {
  const colour = COLOURS[index % COLOURS.length]!;
  const at = (atMs: number, z: number): string => `${x(atMs).toFixed(1)},${y(z).toFixed(1)}`;
  const banded = points.filter((point) => point.low !== null && point.high !== null);
  const upper = banded.map(({ atMs, high }) => at(atMs, high!));
  const lower = banded.map(({ atMs, low }) => at(atMs, low!)).reverse();
  const line = points.map(({ atMs, difference }) => at(atMs, difference));
  return [
    ...(banded.length > 1
      ? [`<polygon points="${[...upper, ...lower].join(' ')}" fill="${colour}" fill-opacity="0.14"/>`]
      : []),
    ...(line.length > 0
      ? [`<polyline points="${line.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>`]
      : []),
    text(PLOT.right + 14, PLOT.top + 14 + 18 * index, name, `fill="${colour}" font-weight="bold"`),
  ];
}

function yAxis({ metric }: Comparison, limit: number, y: Scale): string[] {
  const values = Array.from({ length: Y_TICKS }, (_, index) => limit * (1 - (2 * index) / (Y_TICKS - 1)));
  return values.flatMap((z) => [
    `<path d="M${PLOT.left} ${y(z).toFixed(1)}H${PLOT.right}" stroke="${z === 0 ? '#24292f' : '#d0d7de'}"/>`,
    text(PLOT.left - 8, y(z) + 4, z === 0 ? '0' : wordDifference(metric.transform, z), 'text-anchor="end"'),
  ]);
}

function xAxis(startMs: number, endMs: number, x: Scale): string[] {
  const stepMs = STEPS_MS.find((each) => (endMs - startMs) / each <= X_TICKS) ?? (endMs - startMs) / X_TICKS;
  const count = Math.floor((endMs - startMs) / stepMs) + 1;
  const times = Array.from({ length: count }, (_, index) => startMs + index * stepMs);
  return [
    ...times.map((atMs) =>
      text(
        x(atMs),
        PLOT.bottom + 20,
        atMs === startMs ? 'start' : formatRoughly(atMs - startMs),
        'text-anchor="middle"',
      ),
    ),
    text(
      (PLOT.left + PLOT.right) / 2,
      PLOT.bottom + 44,
      'time since the start; up is better',
      'text-anchor="middle" fill="#57606a"',
    ),
  ];
}

function dashed(at: number, label: string): string[] {
  return [
    `<path d="M${PLOT.left} ${at.toFixed(1)}H${PLOT.right}" stroke="#57606a" stroke-dasharray="4 4"/>`,
    ...(label === '' ? [] : [text(PLOT.left + 4, at - 4, label, 'fill="#57606a"')]),
  ];
}

function dropLines({ arms }: Comparison, x: Scale): string[] {
  return arms.flatMap(({ name, dropped }) => {
    if (dropped === null) return [];
    const at = x(dropped.atMs).toFixed(1);
    return [
      `<path d="M${at} ${PLOT.top}V${PLOT.bottom}" stroke="#cf222e" stroke-dasharray="2 3"/>`,
      text(Number(at) + 4, PLOT.bottom - 6, `${name} taken out`, 'fill="#cf222e"'),
    ];
  });
}

function text(x: number, y: number, words: string, attributes: string): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${attributes}>${escaped(words)}</text>`;
}

function escaped(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
