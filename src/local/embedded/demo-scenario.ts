import type { TrafficOptions } from '../replay/traffic';
import { REPLAY_POLICY } from '../replay/replay';
import { seededRandom } from '../random';
import { answersOf, readScoreTable, type ScoreTable } from '../scores/score-table';
import { SCORE_FREQUENCIES } from '../scores/frequencies';

/** Version numbers of the two variants. */
export const STABLE = 1;
export const CANDIDATE = 2;

/** One prompt of a demo: which variants play its two versions, and the users that visit it. */
export interface DemoPrompt {
  prompt: string;
  stable: string;
  candidate: string;
  traffic: TrafficOptions;
}

/** What a demo shows. */
export interface Scenario {
  /** The deployment's policy, written form. */
  policy: unknown;
  prompts: DemoPrompt[];
  /** A prompt whose versions are compared at even shares, not rolled out; null = none. */
  compared: DemoPrompt | null;
}

interface Size {
  usersPerDay: number;
  seed: number;
}

const SHIPPED = [
  { prompt: 'support-answer', stable: 'gpt-3.5-turbo-1106_concise', candidate: 'gpt-3.5-turbo-1106_verbose' },
  { prompt: 'release-notes', stable: 'claude-2.1', candidate: 'claude-2.1_concise' },
] as const;

/** A concise version and one that is not: which the judge prefers, and by how much. Fewer users, for speed. */
const COMPARED = { prompt: 'onboarding', stable: 'claude-2.1_concise', candidate: 'claude-2.1' } as const;
const COMPARED_SHARE = 0.5;

/** The shipped demo: one candidate that is better, one that is worse, and a comparison; the error rate is guarded too. */
export function shippedScenario(size: Size): Scenario {
  const table = readScoreTable(SCORE_FREQUENCIES, 'judge-score frequencies');
  const [score] = REPLAY_POLICY.guardrails;
  return {
    policy: {
      guardrails: [
        { ...score, weight: 2 },
        { metric: 'error_rate', margin: 0.01 },
      ],
    },
    prompts: SHIPPED.map((names, index) => demoPrompt(names, table, { ...size, seed: 1000 * size.seed + index }, true)),
    compared: demoPrompt(
      COMPARED,
      table,
      { usersPerDay: COMPARED_SHARE * size.usersPerDay, seed: 1000 * size.seed + SHIPPED.length },
      false,
    ),
  };
}

/** One prompt with the scores of a file; the judge's preference is the only guardrail. */
export function fileScenario(table: ScoreTable, names: { stable: string; candidate: string }, size: Size): Scenario {
  return {
    policy: REPLAY_POLICY,
    prompts: [demoPrompt({ prompt: 'assistant', ...names }, table, size, false)],
    compared: null,
  };
}

function demoPrompt(
  names: { prompt: string; stable: string; candidate: string },
  table: ScoreTable,
  { usersPerDay, seed }: Size,
  withOperations: boolean,
): DemoPrompt {
  const answers = new Map([
    [STABLE, answersOf(table, names.stable)],
    [CANDIDATE, answersOf(table, names.candidate)],
  ]);
  const { prompt } = names;
  const salt = `${prompt}-${seed}`;
  return { ...names, traffic: { prompt, answers, usersPerDay, random: seededRandom(seed), salt, withOperations } };
}
