import { normal } from '../../../src/local/random';
import type { Chance } from './chance';
import type { PromptPlan } from './world';

/** How good a version is; `stable` is the version that a prompt begins with. */
export type Quality = 'stable' | 'worse' | 'equal' | 'better';

/** Which version is how good; filled as versions come. */
export type Qualities = Map<number, Quality>;

const GOOD_RATE: Record<Quality, number> = { stable: 0.85, worse: 0.4, equal: 0.85, better: 0.95 };
const MEAN_DEFECTS: Record<Quality, number> = { stable: 3, worse: 7, equal: 3, better: 1.5 };

/** A yes/no score where yes is better. */
export function helpfulness(prompt: string, qualities: Qualities, visitsPerHour = 90): PromptPlan {
  const draw = (chance: Chance) => (version: number) => chance.happens(GOOD_RATE[qualities.get(version) ?? 'stable']);
  return { prompt, scoreName: 'helpful', draw, visitsPerHour };
}

/** A score from 0 to 10 where less is better. */
export function defects(prompt: string, qualities: Qualities, visitsPerHour = 90): PromptPlan {
  const draw = (chance: Chance) => (version: number) => {
    const value = MEAN_DEFECTS[qualities.get(version) ?? 'stable'] + 1.5 * normal(chance.next);
    return Math.min(10, Math.max(0, Math.round(4 * value) / 4));
  };
  return { prompt, scoreName: 'defects', draw, visitsPerHour };
}

/** Policies that end within hours, with every deadline inside a simulated day. */
const QUICK = {
  steps: [
    { percent: 20, bake: '1h' },
    { percent: 50, bake: '1h' },
  ],
  minUnits: 25,
  watch: '2h',
  holdout: 10,
  editWindow: '6h',
  deadlines: {
    noData: { alert: '30m', pause: '3h' },
    lateData: { alert: '30m', pause: '3h' },
    providerError: { alert: '30m', pause: '2h' },
    inconclusive: { alert: '2h', pause: '6h' },
    dataFault: { alert: '0s', pause: '3h' },
  },
  maxUnusableShare: 0.1,
};

export const HELPFUL_POLICY = {
  ...QUICK,
  guardrails: [
    { metric: 'score:helpful', direction: 'higher_is_better', margin: 0.2 },
    { metric: 'error_rate', margin: 0.1 },
  ],
};

export const DEFECTS_POLICY = {
  ...QUICK,
  guardrails: [{ metric: 'score:defects', direction: 'lower_is_better', range: [0, 10], margin: 2 }],
  // oxlint-disable-next-line unicorn/no-thenable -- a word of the written policy, never a function
  maxHold: { after: '4h', then: 'roll_back' },
};
