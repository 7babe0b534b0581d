import { startComparison } from '../../../core/comparison/plan-start';
import type { Comparison } from '../../../core/comparison/comparison';
import type { FrozenGuardrail } from '../../../core/judging/guardrail';
import { parsePolicy } from '../../../core/policy/parse-policy';
import type { ComparisonCell } from './simulate-comparison';

const DAY_MS = 24 * 3_600_000;

/** Shares of the scores 1 to 5 of a judge, and the same moved towards 5. */
const JUDGE = [0.03, 0.05, 0.12, 0.35, 0.45];
const JUDGE_MEAN = meanOf(JUDGE);

/** A judge's score from 1 to 5, margin a quarter of a point. */
function judged(name: string, effects: readonly number[], scores = 1): ComparisonCell {
  const laws = effects.map((effect) => moved(effect));
  return {
    name,
    metric: metric('score:quality', 'bounded', 0.0625, { sigma2: 0.067, p: 0.2, skewness2: 1.6 }),
    means: laws.map(meanOf),
    scores,
    draw(arm, random) {
      let left = random();
      const law = laws[arm]!;
      for (const [score, share] of law.entries()) {
        left -= share;
        if (left < 0) return score / 4;
      }
      return 1;
    },
  };
}

/** Yes or no, a share `good` of yes in the control. */
function yesNo(name: string, good: number, delta: number, effects: readonly number[]): ComparisonCell {
  const p = 1 - good;
  const variance = p * good;
  return {
    name,
    metric: metric('score:thumbs', 'binary', delta, { sigma2: variance, p, skewness2: (1 - 2 * p) ** 2 / variance }),
    means: effects.map((effect) => good + effect),
    scores: 1,
    draw: (arm, random) => (random() < good + effects[arm]! ? 1 : 0),
  };
}

/** What is simulated: comparisons of equals, then of arms that differ. */
export const COMPARISON_CELLS: readonly ComparisonCell[] = [
  judged('judge 1 to 5, 2 arms, equal', [0, 0]),
  judged('judge 1 to 5, 3 arms, equal', [0, 0, 0]),
  judged('judge 1 to 5, 5 arms, equal', [0, 0, 0, 0, 0]),
  judged('judge 1 to 5, 1 to 4 scores a user, 3 arms, equal', [0, 0, 0], 4),
  yesNo('yes or no, 80 % yes, 2 arms, equal', 0.8, 0.05, [0, 0]),
  yesNo('yes or no, 80 % yes, 4 arms, equal', 0.8, 0.05, [0, 0, 0, 0]),
  yesNo('yes or no, 98 % yes, 3 arms, equal', 0.98, 0.01, [0, 0, 0]),
  judged('judge 1 to 5, 2 arms, better by the margin', [0, 0.0625]),
  judged('judge 1 to 5, 2 arms, better by half the margin', [0, 0.03125]),
  judged('judge 1 to 5, 3 arms, one better by the margin', [0, 0, 0.0625]),
  yesNo('yes or no, 80 % yes, 2 arms, better by the margin', 0.8, 0.05, [0, 0.05]),
  yesNo('yes or no, 80 % yes, 3 arms, both worse by the margin', 0.8, 0.05, [0, -0.05, -0.05]),
];

/** The comparison that a cell's arms are in. */
export function comparisonFor(cell: ComparisonCell): Comparison {
  const parsed = parsePolicy([{ source: 'deployment', value: { allowWithoutScores: true } }]);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const { policy } = parsed;
  const width = Math.floor(10_000 / cell.means.length);
  const arms = cell.means.map((_, index) => ({
    name: `v${index}`,
    version: index + 1,
    from: width * index,
    to: width * (index + 1),
  }));
  return startComparison(
    {
      prompt: 'simulated',
      stable: 1,
      startedBy: 'simulation',
      because: '',
      arms,
      policy,
      policyHash: '',
      guardrails: [],
      metric: cell.metric,
      metricPolicy: {
        metric: cell.metric.id,
        direction: 'higher_is_better',
        range: null,
        margin: cell.metric.delta,
        limit: null,
        weight: 1,
        settleMs: 0,
        reference: { variance: null, rate: null },
      },
      metricIndex: 0,
      atLeastMs: 0,
      forMs: 14 * DAY_MS,
      onWinner: 'nothing',
    },
    [],
    0,
  ).comparison;
}

function metric(
  id: string,
  kind: FrozenGuardrail['kind'],
  delta: number,
  moments: { sigma2: number; p: number; skewness2: number },
): FrozenGuardrail {
  return {
    id,
    kind,
    transform: kind === 'binary' ? { kind: 'indicator' } : { kind: 'linear', low: 1, high: 5, higherIsBetter: true },
    delta,
    floor: null,
    weight: 0,
    settleMs: 0,
    gatesPromotion: false,
    reference: { source: 'history', units: 1000, mean: null, ...moments },
  };
}

function meanOf(law: readonly number[]): number {
  return law.reduce((sum, share, score) => sum + (share * score) / 4, 0);
}

/** The judge's law with a mean that is higher by `effect`: a part of every score below 5 becomes a 5. */
function moved(effect: number): number[] {
  const part = effect / (1 - JUDGE_MEAN);
  const kept = JUDGE.map((share, score) => (score === 4 ? share : share * (1 - part)));
  const rest = 1 - kept.slice(0, 4).reduce((sum, share) => sum + share, 0);
  return [...kept.slice(0, 4), rest];
}
