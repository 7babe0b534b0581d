import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { planFromHistory, type PowerReport } from '../app/plan-power';
import { parsePolicy } from '../core/policy/parse-policy';
import type { Io } from './io';
import { textOption, wholeNumber, type Arguments } from './parse-arguments';
import { CommandProblem, configuring } from './problem';

/** The scores of a file under the policy that the demo replays them with. */
export async function planScores(args: Arguments, io: Io): Promise<PowerReport> {
  const needed = (name: string): string => {
    const value = textOption(args, name);
    if (value !== undefined) return value;
    throw new CommandProblem(
      'usage',
      `rampart power: expected PROMPT, or --scores, --variant and --users-per-day, got no --${name}`,
      {
        hint: 'see: rampart help power',
      },
    );
  };
  const file = needed('scores');
  const usersPerDay = wholeNumber(needed('users-per-day'), '--users-per-day');
  const variant = needed('variant');
  const [{ answersOf, readScoreTable }, { REPLAY_POLICY }] = await Promise.all([
    import('../local/scores/score-table'),
    import('../local/replay/replay'),
  ]);
  const text = await readFile(resolve(io.cwd, file), 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new CommandProblem(
      'configuration',
      `--scores ${file}: expected a readable file, got ${error.code ?? error.message}`,
    );
  });
  const answers = configuring(() => answersOf(readScoreTable(text, file), variant));
  const parsed = parsePolicy([{ source: 'default', value: REPLAY_POLICY }]);
  if (!parsed.ok) throw new Error('the policy of a replay is valid');
  const { metric } = parsed.policy.guardrails[0]!;
  const values = answers.flatMap(({ weight, preference }) => Array.from({ length: weight }, () => [preference]));
  return planFromHistory(parsed.policy, new Map([[metric, values]]), new Map([[metric, usersPerDay]]), []);
}
