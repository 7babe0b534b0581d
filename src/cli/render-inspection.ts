import type { Inspection } from '../app/inspect-rollout';
import type { Verdict } from '../core/judging/verdict';
import { currentStage, displayState, type Rollout } from '../core/rollout/rollout';
import { differenceText, VERDICT_TONES } from './guardrail-figures';
import type { Paint, Tone } from './paint';

const COUNT = new Intl.NumberFormat('en-US');

/**
 * One line of progress: state, percent, units, each guardrail's difference with its bounds and verdict.
 * @returns without the time and the prompt's name, which the caller puts in front
 */
export function renderInspection({ rollout, verdicts, stageUnits }: Inspection, paint: Paint): string {
  const state = displayState(rollout);
  const units = `${COUNT.format(stageUnits.candidate)} of ${COUNT.format(stageUnits.candidate + stageUnits.stable)} units`;
  const share = `${String(currentStage(rollout).percent).padStart(3)} %`;
  const guardrails = verdicts.map((verdict) => renderVerdict(rollout, verdict, paint));
  return [paint(toneOf(state), state.padEnd(11)), share, units.padEnd(20), ...guardrails].join('  ');
}

function renderVerdict(rollout: Rollout, verdict: Verdict, paint: Paint): string {
  const guardrail = rollout.guardrails.find(({ id }) => id === verdict.guardrail);
  const difference = guardrail === undefined ? '' : differenceText(guardrail.transform, verdict);
  const name = verdict.guardrail.replace('score:', '');
  return `${name} ${difference} ${paint(VERDICT_TONES[verdict.kind], verdict.kind.replace('_', ' '))}`;
}

function toneOf(state: string): Tone {
  if (state === 'rolled_back' || state === 'frozen') return 'bad';
  if (state === 'promoted' || state === 'watching') return 'good';
  return state === 'baking' || state === 'promoting' ? 'strong' : 'warn';
}
