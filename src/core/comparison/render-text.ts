import { plainText } from '../report/plain-text';
import type { ArmView, ComparisonView } from './view';

/** The end of a comparison as the text part of a mail. */
export function comparisonText(view: ComparisonView, when: (atMs: number) => string): string {
  const { startedAtMs, endedAtMs, because } = view;
  return [
    `${plainText(view.prompt)}: ${headlineOf(view)}`,
    '',
    plainText(view.sentence),
    '',
    ...view.arms.map(armLine),
    '',
    `Compared: ${plainText(view.metric)}; a difference smaller than ${view.margin} does not matter.`,
    `All intervals hold together, at every look, with ${confidence(view)} % confidence.`,
    `From ${when(startedAtMs)} to ${endedAtMs === null ? 'now' : when(endedAtMs)}, started by ${plainText(view.startedBy)}${because === '' ? '' : `: ${plainText(because)}`}.`,
    `Next: ${plainText(view.next)}.`,
    '',
    `comparison: ${plainText(view.id)}`,
  ].join('\n');
}

/** The end in a few words, for a subject. */
export function headlineOf({ state, arms, metric }: ComparisonView): string {
  const winner = arms.find(({ isWinner }) => isWinner);
  switch (state) {
    case 'winner':
      return winner === undefined
        ? 'a winner'
        : `${winner.name} (version ${winner.version}) wins on ${plainText(metric)}`;
    case 'no_difference':
      return `no difference that matters on ${plainText(metric)}`;
    case 'undecided':
      return 'undecided at the deadline';
    case 'all_dropped':
      return 'every variant was harmful';
    case 'stopped':
      return 'stopped';
    case 'alarm':
      return 'stopped by an alarm';
    case 'production_moved':
      return 'ended: production was moved';
    default:
      return 'running';
  }
}

/** Percent with as few digits as it takes. */
export function confidence({ confidencePercent }: ComparisonView): string {
  return String(Number(confidencePercent.toFixed(2)));
}

/** One arm of a comparison on one line. */
export function armLine(arm: ArmView): string {
  const mark = arm.isWinner ? '  WINNER' : arm.dropped === null ? '' : `  TAKEN OUT: ${plainText(arm.dropped)}`;
  const difference = arm.isControl ? 'the control' : arm.difference === '' ? 'no data' : arm.difference;
  return `  ${arm.name} (version ${arm.version}, ${arm.percent} %): ${arm.units} units, mean ${arm.mean === '' ? 'none' : arm.mean}; ${difference}${mark}`;
}
