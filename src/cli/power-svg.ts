import { wordMargin } from '../core/judging/wording';
import type { GuardrailPower } from '../core/planning/plan-power';
import { formatRoughly } from '../core/policy/duration';

const [WIDTH, HEIGHT] = [820, 320];
/** Where the curves are, inside a panel. */
const PLOT = { left: 70, right: 560, top: 50, bottom: 260 };
const COLOURS = ['#1f6feb', '#d1242f', '#1a7f37', '#8250df', '#bf8700'];
const TICKS = [0, 0.25, 0.5, 0.75, 1];

/** Detection probability against the size of the regression: a panel per guardrail, a line per step. One SVG document. */
export function powerSvg(guardrails: readonly GuardrailPower[]): string {
  const panels = guardrails.map((power, index) => `<g transform="translate(0 ${index * HEIGHT})">${panel(power)}</g>`);
  const height = guardrails.length * HEIGHT;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    ...panels,
    '</svg>\n',
  ].join('\n');
}

function panel({ guardrail, steps }: GuardrailPower): string {
  const widest = steps[0]?.curve.at(-1)?.effect ?? guardrail.delta;
  const x = (effect: number): number => PLOT.left + (effect / widest) * (PLOT.right - PLOT.left);
  const lines = steps.flatMap(({ percent, atMs, curve }, index) => {
    const colour = COLOURS[index % COLOURS.length]!;
    const points = curve.map(({ effect, probability }) => `${x(effect).toFixed(1)},${y(probability).toFixed(1)}`);
    const label = `${percent} %, by its end after ${formatRoughly(atMs)}`;
    return [
      `<polyline points="${points.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>`,
      text(PLOT.right + 12, PLOT.top + 14 + 18 * index, label, `fill="${colour}"`),
    ];
  });
  const margin = x(guardrail.delta).toFixed(1);
  return [
    text(PLOT.left, 24, `${guardrail.id}: regressions that are found`, 'font-size="14" font-weight="bold"'),
    ...TICKS.flatMap((share) => yTick(share)),
    ...TICKS.map((share) =>
      text(
        x(share * widest),
        PLOT.bottom + 18,
        share === 0 ? '0' : wordMargin(guardrail.transform, share * widest),
        MIDDLE,
      ),
    ),
    text((PLOT.left + PLOT.right) / 2, PLOT.bottom + 42, 'true difference, candidate against stable', MIDDLE),
    text(
      16,
      (PLOT.top + PLOT.bottom) / 2,
      'probability of a rollback',
      `${MIDDLE} transform="rotate(-90 16 ${(PLOT.top + PLOT.bottom) / 2})"`,
    ),
    `<path d="M${margin} ${PLOT.top}V${PLOT.bottom}" stroke="#6e7781" stroke-dasharray="4 4"/>`,
    text(Number(margin) + 4, PLOT.top + 10, 'margin', 'fill="#6e7781"'),
    `<path d="M${PLOT.left} ${PLOT.top}V${PLOT.bottom}H${PLOT.right}" fill="none" stroke="#24292f"/>`,
    ...lines,
  ].join('\n');
}

const MIDDLE = 'text-anchor="middle"';

function yTick(share: number): string[] {
  const at = y(share).toFixed(1);
  return [
    `<path d="M${PLOT.left} ${at}H${PLOT.right}" stroke="#d0d7de"/>`,
    text(PLOT.left - 8, Number(at) + 4, `${100 * share} %`, 'text-anchor="end"'),
  ];
}

function y(probability: number): number {
  return PLOT.bottom - probability * (PLOT.bottom - PLOT.top);
}

function text(x: number, at: number, words: string, attributes: string): string {
  const escaped = words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return `<text x="${x.toFixed(1)}" y="${at}" ${attributes}>${escaped}</text>`;
}
