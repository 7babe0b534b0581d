import type { ScoreTable } from '../../scores/score-table';
import { errors, judged, latency, type Law, likert, type MetricModel, thumbs } from './metric-model';
import type { TrafficModel } from './simulate-rollout';

/**
 * What a cell asks about: a candidate that is the same as stable; one that is worse; worse by exactly the margin; worse by exactly the
 * first step's gate, three margins; or better.
 */
export type Question = 'same' | 'worse' | 'at_margin' | 'at_gate' | 'better';

/** One row to be measured. */
export interface Cell {
  metric: string;
  effect: string;
  question: Question;
  model: MetricModel;
  traffic: TrafficModel;
  rollouts: number;
}

interface SyntheticMetric {
  name: string;
  family: (effect: number) => MetricModel;
  effects: readonly (readonly [label: string, effect: number, question: Question])[];
}

const VOLUMES = [200, 2000, 20_000];
const REAL_VOLUMES = [500, 2000, 8000];
/** From here on a rollout takes long to simulate, and fewer are. */
const MANY = 20_000;

const METRICS: readonly SyntheticMetric[] = [
  {
    name: 'thumbs',
    family: thumbs,
    effects: [
      ['-2 points', -0.02, 'worse'],
      ['-5 points', -0.05, 'at_margin'],
      ['-10 points', -0.1, 'worse'],
      ['-15 points', -0.15, 'at_gate'],
    ],
  },
  {
    name: 'likert',
    family: likert,
    effects: [
      ['-0.1', -0.1, 'worse'],
      ['-0.25', -0.25, 'at_margin'],
      ['-0.5', -0.5, 'worse'],
      ['-0.75', -0.75, 'at_gate'],
    ],
  },
  {
    name: 'errors',
    family: errors,
    effects: [
      ['+1 point', 0.01, 'at_margin'],
      ['+2 points', 0.02, 'worse'],
      ['+3 points', 0.03, 'at_gate'],
    ],
  },
  {
    name: 'latency',
    family: latency,
    effects: [
      ['+10 %', Math.log(1.1), 'at_margin'],
      ['+25 %', Math.log(1.25), 'worse'],
      ['+33 %', 3 * Math.log(1.1), 'at_gate'],
    ],
  },
];

/** Metrics, effects and volumes of made-up rollouts. @param rollouts per row of candidates that are the same */
export function syntheticCells(rollouts: number): Cell[] {
  return VOLUMES.flatMap((perDay) =>
    METRICS.flatMap((metric) => [...sameCells(metric, perDay, rollouts), ...worseCells(metric, perDay, rollouts)]),
  );
}

function sameCells({ name, family }: SyntheticMetric, perDay: number, rollouts: number): Cell[] {
  const traffics = [
    traffic(perDay, {}),
    traffic(perDay, { isClustered: true }),
    traffic(perDay, { hasTimeOfDay: true }),
    traffic(perDay, { isClustered: true, hasTimeOfDay: true }),
    traffic(perDay, { hasTimeOfDay: true, switchHour: 12 }),
    traffic(perDay, { isClustered: true, hasTimeOfDay: true, switchHour: 12 }),
  ];
  return traffics.map((each) => cell(name, 'none', 'same', family(0), each, rollouts));
}

function worseCells({ name, family, effects }: SyntheticMetric, perDay: number, rollouts: number): Cell[] {
  const traffics = [traffic(perDay, {}), traffic(perDay, { isClustered: true, hasTimeOfDay: true })];
  return traffics.flatMap((each) =>
    effects.map(([label, effect, question]) => cell(name, label, question, family(effect), each, rollouts)),
  );
}

/** Rollouts of real judge scores: every variant against itself, and every pair of variants of one model. */
export function realCells(table: ScoreTable, rollouts: number): Cell[] {
  const laws = [...table].map(([variant, answers]) => ({ variant, law: lawOf(answers) }));
  const modelOf = (variant: string): string => variant.split('_')[0]!;
  return REAL_VOLUMES.flatMap((perDay) =>
    laws.flatMap((stable) =>
      laws
        .filter(({ variant }) => modelOf(variant) === modelOf(stable.variant))
        .map((candidate) => {
          const name = `${stable.variant} → ${candidate.variant}`;
          const difference = meanOf(candidate.law) - meanOf(stable.law);
          const question = stable === candidate ? 'same' : difference < 0 ? 'worse' : 'better';
          const model = judged(stable.law, candidate.law);
          return cell(name, difference.toFixed(3), question, model, traffic(perDay, {}), rollouts);
        }),
    ),
  );
}

function cell(
  metric: string,
  effect: string,
  question: Question,
  model: MetricModel,
  traffic: TrafficModel,
  rollouts: number,
): Cell {
  const share = (question === 'same' ? 1 : 1 / 2) * (traffic.perDay >= MANY ? 1 / 3 : 1);
  return { metric, effect, question, model, traffic, rollouts: Math.max(1, Math.round(share * rollouts)) };
}

function traffic(perDay: number, changes: Partial<TrafficModel>): TrafficModel {
  return { perDay, isClustered: false, hasTimeOfDay: false, switchHour: 24, hours: 48, ...changes };
}

function lawOf(answers: readonly { weight: number; preference: number }[]): Law {
  const total = answers.reduce((sum, { weight }) => sum + weight, 0);
  return answers.map(({ weight, preference }) => [preference, weight / total]);
}

function meanOf(law: Law): number {
  return law.reduce((sum, [value, p]) => sum + p * value, 0);
}
