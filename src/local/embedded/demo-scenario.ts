import type { TrafficOptions } from '../replay/traffic';
import { seededRandom } from '../random';
import { answersOf, readScoreTable } from '../scores/score-table';
import { SCORE_FREQUENCIES } from '../scores/frequencies';

/** One prompt of the demo: which real variants play its two versions, and what is to be seen. */
export interface DemoPrompt {
  prompt: string;
  stable: string;
  candidate: string;
  traffic: TrafficOptions;
}

/** Policy of the demo's deployment: the default ramp, one score and the error rate guarded. */
export const DEMO_POLICY = {
  guardrails: [
    { metric: 'score:judge_preference', direction: 'higher_is_better', range: [0, 1], margin: 0.05, weight: 2 },
    { metric: 'error_rate', margin: 0.01 },
  ],
};

/** Version numbers of the two variants. */
export const STABLE = 1;
export const CANDIDATE = 2;

const CASES = [
  { prompt: 'support-answer', stable: 'gpt-3.5-turbo-1106_concise', candidate: 'gpt-3.5-turbo-1106_verbose' },
  { prompt: 'release-notes', stable: 'claude-2.1', candidate: 'claude-2.1_concise' },
] as const;

/** The demo's two prompts with the users that visit them. */
export function demoPrompts(usersPerDay: number, seed: number): DemoPrompt[] {
  const table = readScoreTable(SCORE_FREQUENCIES, 'judge-score frequencies');
  return CASES.map((variants, index) => ({
    ...variants,
    traffic: {
      prompt: variants.prompt,
      answers: new Map([
        [STABLE, answersOf(table, variants.stable)],
        [CANDIDATE, answersOf(table, variants.candidate)],
      ]),
      usersPerDay,
      random: seededRandom(1000 * seed + index),
      salt: `${variants.prompt}-${seed}`,
      withOperations: true,
    },
  }));
}
