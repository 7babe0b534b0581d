import { runningOf, type Comparison } from '../core/comparison/comparison';
import type { ComparisonPlan } from '../core/comparison/plan-comparison';
import { comparisonState } from '../core/comparison/view';
import { wordArms, wordComparison } from '../core/comparison/wording';
import type { Paint } from './paint';

/** One phrase for lists: `comparing a=3, b=4 on score:clarity, running`. */
export function describeComparison(comparison: Comparison, paint: Paint): string {
  const state = comparisonState(comparison).replaceAll('_', ' ');
  const verb = runningOf(comparison) === null ? 'compared' : 'comparing';
  return `${verb} ${wordArms(comparison)} on ${comparison.metric.id}, ${paint('strong', state)}`;
}

/** What a tick decided of a comparison: a line per variant, and why. */
export function comparisonLines({ next, look, reasons }: ComparisonPlan, paint: Paint): string[] {
  const variants = look.variants.map(({ arm, difference }) => {
    const { name, dropped } = next.arms[arm]!;
    const state = dropped === null ? '' : `  ${paint('bad', 'TAKEN OUT')}`;
    return `  ${name}: ${wordComparison(next, difference)}; ${difference.unitsArm} and ${difference.unitsAgainst} units${state}`;
  });
  const isSaid = (reason: string): boolean => variants.some((line) => line.includes(reason));
  return [
    ...variants,
    ...reasons.filter((reason) => !isSaid(reason)).map((reason) => `  ${paint('dim', '→')} ${reason}`),
  ];
}
