import type { ActionResult } from '../prompts/apply/apply-plan';
import type { Paint } from './paint';
import { actionText } from './plan-words';
import { errorFacts, type ErrorFacts } from './problem';

/** What came of an action, for programs. */
export interface ResultFacts {
  prompt: string;
  id: string;
  kind: string;
  state: ActionResult['state'];
  version: number | null;
  problem: ErrorFacts | null;
}

export function resultFacts({ prompt, action, state, version, problem }: ActionResult): ResultFacts {
  const { id, kind } = action;
  return { prompt, id, kind, state, version, problem: problem === null ? null : errorFacts(problem) };
}

/** One line, as soon as it is known. */
export function renderResult({ prompt, action, state, version, problem }: ActionResult, paint: Paint): string {
  const name = paint('strong', prompt);
  switch (state) {
    case 'done':
      return `${paint('good', '✓')} ${name}: ${actionText(action, version)}`;
    case 'already':
      return `${paint('good', '✓')} ${name}: ${actionText(action, version)} ${paint('dim', '(by an earlier run)')}`;
    case 'failed': {
      const hint = problem?.hint ?? '';
      return `${paint('bad', '✗')} ${name}: ${problem?.message ?? 'failed'}${hint === '' ? '' : ` (${hint})`}`;
    }
    case 'not_begun':
      return `${paint('warn', '-')} ${name}: not begun: ${actionText(action, null)}`;
  }
}

/** How it ended; what was not begun is named, since nothing was printed about it. */
export function renderSummary(results: readonly ActionResult[], paint: Paint): string[] {
  const count = (state: ActionResult['state']): number => results.filter((each) => each.state === state).length;
  const [done, failed, left] = [count('done') + count('already'), count('failed'), count('not_begun')];
  const notBegun = results.filter(({ state }) => state === 'not_begun').map((each) => renderResult(each, paint));
  const rest =
    failed + left === 0 ? '' : `, ${failed} failed, ${left} not begun; run it again to go on where it was left`;
  return [...notBegun, `${paint('strong', 'Deployed:')} ${done} of ${results.length} done${rest}.`];
}
