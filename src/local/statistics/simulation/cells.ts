import type { ScoreTable } from '../../scores/score-table';
import {
  errors,
  errorsFrom,
  type Family,
  judged,
  latency,
  type Law,
  likert,
  limitedThumbs,
  type MetricModel,
  thumbs,
} from './metric-model';
import { BOUNDS } from './judge-looks';
import { plannedModel } from './planned-model';
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
  family: Family;
  effects: readonly (readonly [label: string, effect: number, question: Question])[];
}

const VOLUMES = [200, 2000, 20_000];
const REAL_VOLUMES = [500, 2000, 8000];
/** Hours of the day at which the share changes, beside 12 and 24; traffic peaks at 15. */
const SWITCH_HOURS = [3, 6, 9, 15, 18, 21];
/** Error rates are small: so many times the rollouts where nothing is worse. */
const SAME_AGAIN = 3;
/** Here exposure is held against the bound: twice the rollouts. */
const BENCHMARK = 2000;
/** 10 % for a day and 50 % for a day, each user once. */
export const EVEN_TRAFFIC: TrafficModel = {
  perDay: BENCHMARK,
  isClustered: false,
  hasTimeOfDay: false,
  switchHour: 24,
  watchHour: null,
  outageHour: null,
  hours: 48,
};
/** From here on a rollout takes long to simulate. */
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

/**
 * What the other rows leave out: an absolute limit, an outage of both arms, a watch at 95 %, errors that are rarer than 1 % or
 * all there is, a change of share at other hours, and real scores exactly on the margin.
 */
export function specialCells(table: ScoreTable, rollouts: number): Cell[] {
  const even = traffic(2000, {});
  const outages = [
    traffic(2000, { outageHour: 6 }),
    traffic(2000, { outageHour: 30 }),
    traffic(2000, { switchHour: 12, watchHour: 24, outageHour: 30 }),
  ];
  const atLimit = limitedThumbs(0.8);
  const aboveLimit = limitedThumbs(0.75);
  const rare = [0, 0.0002, 0.001].flatMap((p) => {
    const name = `errors from ${percentOf(p)} %`;
    return [
      cell(name, 'none', 'same', errorsFrom(p)(0), even, rollouts),
      cell(name, '+1 point', 'at_margin', errorsFrom(p)(0.01), even, rollouts),
    ];
  });
  return [
    cell('thumbs, limit 80 %', 'none', 'same', atLimit(0), even, rollouts),
    cell('thumbs, limit 80 %', 'none', 'same', atLimit(0), traffic(2000, { switchHour: 12, watchHour: 24 }), rollouts),
    ...outages.map((each) => cell('thumbs, limit 75 %', 'none', 'same', aboveLimit(0), each, rollouts)),
    cell('thumbs, limit 75 %', '-10 points', 'worse', aboveLimit(-0.1), even, rollouts),
    cell('thumbs, limit 75 %', '-20 points', 'worse', aboveLimit(-0.2), even, rollouts),
    ...rare,
    cell('errors', 'to 100 %', 'worse', errors(0.99), even, rollouts),
    ...SWITCH_HOURS.flatMap((switchHour) =>
      [thumbs, latency].map((family, i) => {
        const each = traffic(MANY, { hasTimeOfDay: true, switchHour });
        return cell(i === 0 ? 'thumbs' : 'latency', 'none', 'same', family(0), each, rollouts);
      }),
    ),
    ...[...table].flatMap(([variant, answers]) => onMarginCells(variant, lawOf(answers), rollouts)),
  ];
}

/** A copy of a variant of which so many answers fail outright that it loses exactly the margin. */
function onMarginCells(variant: string, law: Law, rollouts: number): Cell[] {
  const { delta } = judged(law, law).guardrail;
  const failing = delta / meanOf(law);
  if (failing >= 1) return [];
  const worse: Law = [[0, failing], ...law.map(([z, p]): Law[number] => [z, p * (1 - failing)])];
  return REAL_VOLUMES.map((perDay) =>
    cell(variant, (-delta).toFixed(3), 'at_margin', judged(law, worse), traffic(perDay, {}), rollouts),
  );
}

function percentOf(share: number): string {
  return String(Number((100 * share).toPrecision(3)));
}

function cell(
  metric: string,
  effect: string,
  question: Question,
  model: MetricModel,
  traffic: TrafficModel,
  rollouts: number,
): Cell {
  const isBenchmark = question === 'worse' || question === 'at_margin' ? traffic.perDay === BENCHMARK : false;
  const share = question === 'same' ? SAME_AGAIN : isBenchmark ? 2 : 1 / 2;
  const planned = plannedModel(model, traffic, BOUNDS.alpha);
  return { metric, effect, question, model: planned, traffic, rollouts: Math.max(1, Math.round(share * rollouts)) };
}

function traffic(perDay: number, changes: Partial<TrafficModel>): TrafficModel {
  return { ...EVEN_TRAFFIC, perDay, ...changes };
}

function lawOf(answers: readonly { weight: number; preference: number }[]): Law {
  const total = answers.reduce((sum, { weight }) => sum + weight, 0);
  return answers.map(({ weight, preference }) => [preference, weight / total]);
}

function meanOf(law: Law): number {
  return law.reduce((sum, [value, p]) => sum + p * value, 0);
}
