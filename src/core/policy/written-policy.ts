import type * as z from 'zod';
import { duration, flag, interval, list, number, object, oneOf, text, wholeNumber } from './shape';

/*
 * The shape of a policy as people write it, in YAML or JSON. The rules that need more than one value are in
 * `policy-rules.ts` and `guardrail-rules.ts`; the form the controller uses is `policy.ts`.
 */

const writtenStep = object('One step of the ramp.', {
  percent: number("The candidate's share of the traffic, in percent. Rises from step to step.", {
    above: 0,
    below: 100,
  }),
  bake: duration('How long the step lasts at least.', { positive: true }),
});

const writtenReference = object(
  'Declared reference numbers, where the history of the stable version is not to be used.',
  {
    variance: number(
      "Variance of the units' means, on the metric's own scale (relative metrics: of the natural log).",
      {
        above: 0,
      },
    ).exactOptional(),
    rate: number('Rate of bad outcomes of a yes/no metric, as a share. Rate and margin together stay below 1.', {
      atLeast: 0,
      below: 1,
    }).exactOptional(),
  },
);

const writtenGuardrail = object('A metric that can stop a rollout.', {
  metric: text(
    'What is measured: `score:NAME`, `score:NAME=a,b` (share of the values a or b), `latency`, `latency.p90`, `latency.p95`, ' +
      '`latency.p99`, `cost`, `tokens`, `error_rate` or `coverage:NAME`.',
    200,
    /^(latency(\.p9[059])?|cost|tokens|error_rate|(score|coverage):.+)$/u,
  ),
  direction: oneOf('Which way is better. Scores must say it; every other metric has its own.', [
    'higher_is_better',
    'lower_is_better',
  ]).exactOptional(),
  range: interval(
    'Lowest and highest value of a numeric score, both inclusive. A score without one is boolean.',
  ).exactOptional(),
  margin: number(
    'The loss that is still accepted: in points of a numeric score, as a share for yes/no metrics, relative (0.1 = 10 %) for ' +
      'latency, cost and tokens, relative to the odds (0.5 = 1.5 times as high) for the tails of latency. Its default ' +
      'depends on the metric.',
    { above: 0 },
  ).exactOptional(),
  floor: number(
    "Lowest accepted mean of the candidate, on the metric's scale. Only where higher is better.",
  ).exactOptional(),
  ceiling: number(
    "Highest accepted mean of the candidate, on the metric's scale (latency: ms, cost: USD). Only where lower is better.",
  ).exactOptional(),
  weight: number("Relative to the other guardrails' weights.", { above: 0, atMost: 1000 })
    .meta({ default: 1 })
    .exactOptional(),
  settle: duration(
    "How old an exposure must be before this metric is judged. Default: the policy's `settle`, for coverage 2h.",
  ).exactOptional(),
  reference: writtenReference.exactOptional(),
});

function writtenDeadline(kind: string) {
  return object(`${kind} Both are counted from the start of the hold.`, {
    alert: duration('Held so long: an alert is sent.').exactOptional(),
    pause: duration('Held so long: the rollout is paused until a person resumes it. At least `alert`.').exactOptional(),
  }).exactOptional();
}

const writtenDeadlines = object('What happens when a rollout is held for one of these reasons.', {
  noData: writtenDeadline('No usable rows at all.'),
  lateData: writtenDeadline('Rows are known to be missing or too old.'),
  providerError: writtenDeadline('Langfuse cannot be read.'),
  inconclusive: writtenDeadline('Enough time and units, and a guardrail is neither proven safe nor harmful.'),
  dataFault: writtenDeadline('The rows contradict the assignment, or too many cannot be used.'),
});

const timeOfDay = (description: string) => text(description, 5, /^(([01]\d|2[0-3]):[0-5]\d|24:00)$/u);

const writtenQuietHours = object('An interval of local time.', {
  days: list(
    'Weekdays on which the interval starts.',
    oneOf('A weekday.', ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']),
  ),
  from: timeOfDay('Its start, `HH:MM`, inclusive.'),
  to: timeOfDay('Its end, `HH:MM`, exclusive; earlier than `from` means the next day; `24:00` is midnight.'),
  timeZone: text('IANA name, such as `Europe/Berlin`.', 64),
});

const writtenMaxHold = object('When a rollout has been held for lack of proof for too long.', {
  after: duration("Counted from the end of the step's bake time.", { positive: true }).exactOptional(),
  // oxlint-disable-next-line unicorn/no-thenable -- a word of the written policy, never a function
  then: oneOf('Page a person, or roll back as "not shown safe".', ['page', 'roll_back']).exactOptional(),
});

/** A policy, or a part of one. Keys are in the order of the documentation. */
export const writtenPolicy = object('Policy of a rollout. Every key is optional.', {
  steps: list('The ramp. After the last step the candidate is promoted.', writtenStep).exactOptional(),
  guardrails: list('The metrics that can stop the rollout.', writtenGuardrail).exactOptional(),
  unit: oneOf('What is randomised.', ['user', 'session', 'trace']).exactOptional(),
  minUnits: wholeNumber(
    'Least number of units per arm in a step before it may be left.',
    1,
    1_000_000_000,
  ).exactOptional(),
  alpha: number('Bound on the probability of a false rollback, over the whole rollout.', {
    above: 0,
    atMost: 0.5,
  }).exactOptional(),
  beta: number('Bound on the probability of promoting a candidate that is worse than a margin.', {
    above: 0,
    atMost: 0.5,
  }).exactOptional(),
  alphaSrm: number('Bound on the probability of a false alarm about the arms\' shares ("sample ratio mismatch").', {
    above: 0,
    atMost: 0.5,
  }).exactOptional(),
  settle: duration('How old an exposure must be before it is judged.').exactOptional(),
  editWindow: duration('How long after it was written an edited score still replaces its row.').exactOptional(),
  environments: list(
    'Only rows of these Langfuse environments are evidence.',
    text('An environment.', 40),
  ).exactOptional(),
  deadlines: writtenDeadlines.exactOptional(),
  maxHold: writtenMaxHold.exactOptional(),
  maxUnusableShare: number('Above this share of rows that cannot be used, the data is at fault.', {
    atLeast: 0,
    atMost: 1,
  }).exactOptional(),
  holdout: number('Percent of the traffic kept on stable after the promotion, while the watch lasts; 0 = none.', {
    atLeast: 0,
    below: 50,
  }).exactOptional(),
  watch: duration('How long after the promotion proven harm still moves `production` back.').exactOptional(),
  onNewCandidate: oneOf('When `candidate` moves to another version: end this rollout for it, or let it wait.', [
    'supersede',
    'wait',
  ]).exactOptional(),
  quietHours: list(
    'Local times in which no step is advanced. A rollback is never delayed.',
    writtenQuietHours,
    0,
  ).exactOptional(),
  allowWithoutScores: flag('Accept a rollout in which no score is guarded.').exactOptional(),
});

export type WrittenPolicy = z.infer<typeof writtenPolicy>;
export type WrittenGuardrail = z.infer<typeof writtenGuardrail>;
export type PolicyKey = keyof WrittenPolicy;

/** Every key of a policy, in the order of the documentation. */
export const POLICY_KEYS = Object.keys(writtenPolicy.shape) as readonly PolicyKey[];
