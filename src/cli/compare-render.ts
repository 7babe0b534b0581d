import type { ArmView, ComparisonView } from '../core/comparison/view';
import { formatRoughly } from '../core/policy/duration';
import { formatAge } from './age';
import type { Paint, Tone } from './paint';
import { columns } from './table';

/** A comparison as lines for people: what, since when, how far, and every arm. */
export function renderComparison(view: ComparisonView, nowMs: number, paint: Paint): string[] {
  const facts = [
    ['comparison', `${paint(toneOf(view), view.state.replaceAll('_', ' '))}: ${view.sentence}`],
    ['compared', `${view.metric}, ${view.direction.replaceAll('_', ' ')}; smaller than ${view.margin} does not matter`],
    ['started', `${formatAge(nowMs - view.startedAtMs)} ago by ${view.startedBy}${because(view)}`],
    ['time', timeText(view, nowMs)],
    ['then', view.next],
  ];
  if (view.srmLogE !== null) facts.push(['shares', sharesText(view.srmLogE)]);
  return [
    paint('strong', view.prompt),
    ...columns(facts).map((line) => `  ${line}`),
    '',
    ...armTable(view, paint).map((line) => `  ${line}`),
    `  All intervals hold at every look, together, with ${Number(view.confidencePercent.toFixed(2))} % confidence.`,
    ...troubles(view, paint),
  ];
}

function armTable({ arms, endedAtMs }: ComparisonView, paint: Paint): string[] {
  const isOpen = endedAtMs === null;
  const head = ['variant', 'version', 'share', 'units', 'mean', 'difference', ...(isOpen ? ['detectable'] : []), ''];
  return columns([
    head.map((word) => paint('dim', word)),
    ...arms.map((arm) => [
      arm.name,
      String(arm.version),
      `${arm.percent} %`,
      String(arm.units),
      arm.mean === '' ? 'none' : arm.mean,
      arm.isControl ? 'the control' : arm.difference === '' ? 'none' : arm.difference,
      ...(isOpen ? [arm.smallest] : []),
      markOf(arm, paint),
    ]),
  ]);
}

function markOf({ isWinner, dropped }: ArmView, paint: Paint): string {
  if (isWinner) return paint('good', 'WINNER');
  return dropped === null ? '' : paint('bad', 'TAKEN OUT');
}

function troubles({ arms }: ComparisonView, paint: Paint): string[] {
  return arms.flatMap(({ name, dropped, guardrails }) => {
    if (dropped !== null) return [`  ${paint('bad', name)} was taken out: ${dropped}`];
    return guardrails
      .filter(({ kind }) => kind === 'harmful')
      .map(({ guardrail, reason }) => `  ${paint('warn', name)}, ${guardrail}: ${reason}`);
  });
}

function timeText({ endedAtMs, untilMs, startedAtMs, leftMs }: ComparisonView, nowMs: number): string {
  if (endedAtMs !== null)
    return `ended ${formatAge(nowMs - endedAtMs)} ago, after ${formatRoughly(endedAtMs - startedAtMs)}`;
  const left = untilMs - nowMs;
  const deadline = left > 0 ? `${formatRoughly(left)} until the deadline` : 'the deadline has passed';
  if (leftMs === null || left <= 0) return deadline;
  return `${deadline}; expected to take ${leftMs >= left ? 'all of it' : `about ${formatRoughly(leftMs)} more`}`;
}

function sharesText(logE: number): string {
  if (logE < Math.log(20)) return 'units arrive as planned';
  return `units may not arrive in the planned shares: evidence ${Math.exp(Math.min(logE, 14)).toFixed(0)} to 1`;
}

function because({ because: why }: ComparisonView): string {
  return why === '' ? '' : `: ${why}`;
}

function toneOf({ state }: ComparisonView): Tone {
  switch (state) {
    case 'winner':
      return 'good';
    case 'running':
    case 'no_difference':
      return 'strong';
    case 'all_dropped':
    case 'frozen':
    case 'alarm':
      return 'bad';
    default:
      return 'warn';
  }
}
