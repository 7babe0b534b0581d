import type { WrittenPolicy } from './written-policy';

/** Deadlines, also of the keys that a written `deadlines` leaves out. */
export const DEFAULT_DEADLINES = {
  noData: { alert: '6h', pause: '24h' },
  lateData: { alert: '1h', pause: '12h' },
  providerError: { alert: '1h', pause: '12h' },
  inconclusive: { alert: '48h', pause: '7d' },
  dataFault: { alert: '0s', pause: '24h' },
} satisfies WrittenPolicy['deadlines'];

// oxlint-disable-next-line unicorn/no-thenable -- a word of the written policy, never a function
export const DEFAULT_MAX_HOLD = { after: '14d', then: 'page' } satisfies WrittenPolicy['maxHold'];

/** Settle time of coverage: scores may take that long to arrive. */
export const DEFAULT_COVERAGE_SETTLE = '2h';

/**
 * What holds where nothing is written. Deliberately without a guardrail on a score, which only the prompt's owner can
 * name: a policy that leaves it so is refused unless it says `allowWithoutScores: true`.
 */
export const DEFAULT_POLICY: Required<WrittenPolicy> = {
  steps: [
    { percent: 10, bake: '24h' },
    { percent: 50, bake: '24h' },
  ],
  guardrails: [{ metric: 'error_rate' }, { metric: 'latency' }],
  unit: 'user',
  minUnits: 30,
  alpha: 0.05,
  beta: 0.05,
  alphaSrm: 0.001,
  settle: '10m',
  editWindow: '24h',
  environments: ['production', 'default'],
  deadlines: DEFAULT_DEADLINES,
  maxHold: DEFAULT_MAX_HOLD,
  maxUnusableShare: 0.05,
  holdout: 5,
  watch: '48h',
  onNewCandidate: 'supersede',
  quietHours: [],
  allowWithoutScores: false,
};
