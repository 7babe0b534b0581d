import { hasVersion } from '../item/version-ranges';
import type { PromptItem } from '../item/prompt-item';
import { runningOf } from '../comparison/comparison';
import { comparisonState } from '../comparison/view';
import { wordArms } from '../comparison/wording';
import { currentStage, displayState, isTerminal, type Rollout } from '../rollout/rollout';
import type { ReportEvent } from './events';
import { shellWord } from '../shell-word';

/** How a prompt stands when the report is made, in one sentence without its full stop. */
export function describeState(item: PromptItem, when: (atMs: number) => string): string {
  const { rollout } = item;
  const comparison = runningOf(item.comparison);
  if (comparison !== null) {
    const reason = comparison.pause?.because ?? comparison.hold?.reason ?? '';
    const state = `${wordArms(comparison)} are compared on ${comparison.metric.id} since ${when(comparison.startedAtMs)}`;
    return reason === '' ? state : `${state}, ${comparisonState(comparison)}: ${reason}`;
  }
  if (rollout === null || isTerminal(rollout.phase)) {
    const { stable } = item.assignment;
    return stable === null ? 'no version is in production' : `version ${stable} is in production`;
  }
  const { percent, fromMs } = currentStage(rollout);
  const share = `version ${rollout.candidate} has ${percent} % of the traffic since ${when(fromMs)}`;
  const state = displayState(rollout);
  const reason = rollout.pause?.because ?? rollout.hold?.reason ?? '';
  return `${share}, ${state}${reason === '' ? '' : `: ${reason}`}`;
}

/**
 * What waits for a person when the report is made, most urgent first. A hold is listed once its alert deadline has passed;
 * before, time may solve it.
 * @param events of the report's period, oldest first
 * @param sinceMs a version that was rolled back before is not brought up again
 */
export function needsOf(
  item: PromptItem,
  events: readonly ReportEvent[],
  sinceMs: number,
  when: (atMs: number) => string,
): string[] {
  const { rollout } = item;
  const running = rollout !== null && !isTerminal(rollout.phase) ? rollout : null;
  return [
    ...(rollout === null ? [] : unverified(rollout, when)),
    ...(running === null ? [] : runningNeeds(running, item.prompt, when)),
    ...comparisonNeeds(item, sinceMs, when),
    ...(rollout === null ? [] : quarantinedNeeds(item, rollout, sinceMs)),
    ...labelNeeds(item, events),
  ];
}

function unverified({ verification }: Rollout, when: (atMs: number) => string): string[] {
  if (verification === null || verification.verifiedAtMs !== null || verification.alertedAtMs === null) return [];
  return [
    `production is not seen on version ${verification.production} since ${when(verification.sinceMs)}; move the label in Langfuse by hand`,
  ];
}

/** A comparison that stands still, or whose winner is left to a person. */
function comparisonNeeds(item: PromptItem, sinceMs: number, when: (atMs: number) => string): string[] {
  const { comparison, prompt } = item;
  if (comparison === null) return [];
  const { pause, hold, outcome, handover } = comparison;
  const what = `the comparison of ${wordArms(comparison)}`;
  if (pause !== null) {
    return [
      `${what} is paused since ${when(pause.atMs)} by ${pause.by}: ${pause.because} (rampart resume ${shellWord(prompt)})`,
    ];
  }
  if (hold !== null && hold.alertedAtMs !== null)
    return [`${what} is held since ${when(hold.sinceMs)}: ${hold.reason}`];
  if (outcome === null || outcome.atMs < sinceMs) return [];
  const winner = comparison.arms.slice(1).find(({ name }) => name === outcome.winner);
  if (handover?.state === 'refused') {
    return [`the winner of ${what}, version ${handover.version}, was not handed over: ${handover.note}`];
  }
  if (winner === undefined || handover !== null) return [];
  return [
    `${winner.name} won ${what}; nothing is done by itself (rampart start ${shellWord(prompt)} ${winner.version})`,
  ];
}

function runningNeeds(rollout: Rollout, prompt: string, when: (atMs: number) => string): string[] {
  const { candidate, hold, pause } = rollout;
  const needs: string[] = [];
  if (hold?.kind === 'stable_missing') {
    needs.push(`frozen: ${hold.reason} (rampart rollback ${shellWord(prompt)} --to VERSION)`);
  }
  if (rollout.promotedByHand !== null && rollout.peaks.harm >= Math.log(1 / rollout.policy.alpha)) {
    needs.push(
      `harm is proven for version ${candidate}, which was promoted by hand (rampart rollback ${shellWord(prompt)})`,
    );
  }
  if (pause !== null) {
    needs.push(
      `version ${candidate} is paused since ${when(pause.atMs)} by ${pause.by}: ${pause.because} (rampart resume ${shellWord(prompt)})`,
    );
  } else if (hold !== null && hold.kind !== 'stable_missing' && hold.alertedAtMs !== null) {
    needs.push(`version ${candidate} is held since ${when(hold.sinceMs)}: ${hold.reason}`);
  }
  return needs;
}

function quarantinedNeeds(item: PromptItem, rollout: Rollout, sinceMs: number): string[] {
  const { candidate, outcome, phase } = rollout;
  const isNews = phase === 'rolled_back' && outcome !== null && outcome.atMs >= sinceMs;
  if (!isNews || !hasVersion(item.quarantined, candidate)) return [];
  return [
    `version ${candidate} is quarantined since its rollback; fix it in a new version, or: rampart release ${shellWord(item.prompt)} ${candidate}`,
  ];
}

function labelNeeds(item: PromptItem, events: readonly ReportEvent[]): string[] {
  const last = events.findLast(({ kind }) => kind === 'policy_refused' || kind === 'started');
  const refused = last?.kind === 'policy_refused' ? [last.text] : [];
  const waiting = item.said.findLast((fact) => fact.startsWith('no_production:'))?.split(':')[1];
  if (item.assignment.stable !== null || waiting === undefined) return refused;
  return [
    ...refused,
    `version ${waiting} is labelled as the candidate, but nothing is in production (rampart promote ${shellWord(item.prompt)} --to ${waiting})`,
  ];
}
