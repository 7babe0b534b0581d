import type { Chance } from './chance';

/** How the outside behaves for a while. Probabilities are per call. */
export interface Weather {
  name: string;
  /** A Langfuse call fails; which way is drawn. */
  langfuseFails: number;
  /** A label move is carried out although its answer is lost, at once or up to half a minute later. */
  moveAnswerLost: number;
  /** Rows of a page that cannot be read this time. */
  rowMalformed: number;
  /** Longest time that a Langfuse call takes. */
  slowMs: number;
  alertFails: number;
  /** An alert is delivered although its answer is lost. */
  alertAnswerLost: number;
  /** A call of the prompt store, the budget or the object store fails before it does anything. */
  stateFails: number;
  /** An item is written although its answer is lost; half of these show as a failed condition (the SDK's own retry). */
  writeAnswerLost: number;
  /** A job dies at one of its port calls. */
  crash: number;
}

export const CALM: Weather = {
  name: 'calm',
  langfuseFails: 0,
  moveAnswerLost: 0,
  rowMalformed: 0,
  slowMs: 0,
  alertFails: 0,
  alertAnswerLost: 0,
  stateFails: 0,
  writeAnswerLost: 0,
  crash: 0,
};

const WEATHERS: readonly Weather[] = [
  CALM,
  { ...CALM, name: 'langfuse is down', langfuseFails: 1 },
  { ...CALM, name: 'langfuse is flaky', langfuseFails: 0.15, moveAnswerLost: 0.4, rowMalformed: 0.05 },
  { ...CALM, name: 'langfuse is slow', slowMs: 8000, moveAnswerLost: 0.5 },
  { ...CALM, name: 'mail is down', alertFails: 1, moveAnswerLost: 0.3 },
  { ...CALM, name: 'mail is flaky', alertFails: 0.3, alertAnswerLost: 0.3 },
  { ...CALM, name: 'state is flaky', stateFails: 0.03, writeAnswerLost: 0.15 },
  { ...CALM, name: 'crashes', crash: 0.5 },
  {
    name: 'everything at once',
    langfuseFails: 0.05,
    moveAnswerLost: 0.3,
    rowMalformed: 0.02,
    slowMs: 3000,
    alertFails: 0.3,
    alertAnswerLost: 0.2,
    stateFails: 0.01,
    writeAnswerLost: 0.05,
    crash: 0.25,
  },
];

/** The next weather and how long it lasts. */
export function drawWeather(chance: Chance): { weather: Weather; lastsMs: number } {
  return { weather: chance.happens(0.3) ? CALM : chance.pick(WEATHERS), lastsMs: chance.between(10, 180) * 60_000 };
}
