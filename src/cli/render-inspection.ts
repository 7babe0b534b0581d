import type { Inspection } from '../app/inspect-rollout';
import { wordDifference } from '../core/judging/wording';
import type { Verdict } from '../core/judging/verdict';
import { currentStage, displayState, type Rollout } from '../core/rollout/rollout';
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
  const transform = rollout.guardrails.find(({ id }) => id === verdict.guardrail)?.transform;
  const word = (value: number): string => (transform === undefined ? String(value) : wordDifference(transform, value));
  const { difference, low, high } = verdict;
  const numbers =
    difference === null
      ? 'no difference yet'
      : low === null || high === null
        ? word(difference)
        : `${word(difference)} [${word(low)}, ${word(high)}]`;
  const tone: Tone = verdict.kind === 'harmful' ? 'bad' : verdict.kind === 'safe' ? 'good' : 'dim';
  return `${verdict.guardrail.replace('score:', '')} ${numbers} ${paint(tone, verdict.kind)}`;
}

function toneOf(state: string): Tone {
  if (state === 'rolled_back' || state === 'frozen') return 'bad';
  if (state === 'promoted' || state === 'watching') return 'good';
  return state === 'baking' || state === 'promoting' ? 'strong' : 'warn';
}
