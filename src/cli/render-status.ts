import { runningOf } from '../core/comparison/comparison';
import type { PromptItem } from '../core/item/prompt-item';
import { isTerminal, type Rollout } from '../core/rollout/rollout';
import { formatAge } from './age';
import { describeComparison } from './compare-tick';
import type { Paint } from './paint';
import type { JudgedItem } from './prompt-status';
import { describeRollout, guardrailLines } from './render-tick';
import { columns } from './table';

const LONGEST_WHY = 80;

/** A prompt of which something that is stored cannot be read; null when not even its name can. */
export interface DamagedPrompt {
  prompt: string | null;
  problem: string;
}

/** All prompts, one line each. */
export function renderOverview(
  items: readonly JudgedItem[],
  damaged: readonly DamagedPrompt[],
  nowMs: number,
  paint: Paint,
): string[] {
  if (items.length + damaged.length === 0) return ['no prompts yet: label a version in Langfuse as the candidate'];
  const rows = items.map(({ item }) => [
    item.prompt,
    `stable ${item.assignment.stable ?? 'none'}`,
    experimentText(item, nowMs, paint),
    shortened(whyOf(item)),
  ]);
  const unread = damaged.map(({ prompt, problem }) => [prompt ?? '?', paint('bad', 'damaged'), '', problem]);
  return columns([...rows, ...unread]);
}

/** One prompt with its guardrails and what keeps it where it is. */
export function renderPrompt(judged: JudgedItem, nowMs: number, paint: Paint): string[] {
  const { item, verdicts, stageUnits } = judged;
  const { rollout } = item;
  const facts: string[][] = [
    ['stable', item.assignment.stable === null ? 'none' : `version ${item.assignment.stable}`],
  ];
  if (rollout !== null) {
    facts.push(['rollout', describeRollout(rollout, nowMs, paint)]);
    facts.push(['started', `${ago(rollout.startedAtMs, nowMs)} by ${rollout.startedBy}`]);
    facts.push(['exposed', `${rollout.exposedUnits} candidate units`]);
    if (stageUnits !== null && !isTerminal(rollout.phase)) {
      facts.push(['this step', `${stageUnits.candidate} candidate and ${stageUnits.stable} stable units`]);
    }
    facts.push(...whyFacts(rollout, nowMs));
  }
  if (item.comparison !== null) facts.push(['comparison', describeComparison(item.comparison, paint)]);
  if (item.quarantined.length > 0) facts.push(['quarantined', rangesText(item.quarantined)]);
  if (item.outbox.length > 0) facts.push(['waiting', `${item.outbox.length} alerts or label moves to be carried out`]);
  facts.push(['last tick', item.lastTickAtMs === null ? 'none with a rollout yet' : ago(item.lastTickAtMs, nowMs)]);
  const guardrails = rollout === null ? [] : guardrailLines(rollout, verdicts, paint);
  return [paint('strong', item.prompt), ...columns(facts).map((line) => `  ${line}`), ...guardrails];
}

/** What runs; else what ran last. */
function experimentText({ rollout, comparison }: PromptItem, nowMs: number, paint: Paint): string {
  const isOver = rollout === null || isTerminal(rollout.phase);
  if (comparison !== null && (runningOf(comparison) !== null || (isOver && endedMs(comparison) > endedMs(rollout)))) {
    return describeComparison(comparison, paint);
  }
  return rollout === null ? 'no rollout yet' : describeRollout(rollout, nowMs, paint);
}

function endedMs(experiment: { outcome: { atMs: number } | null } | null): number {
  return experiment?.outcome?.atMs ?? -Infinity;
}

function whyOf({ rollout, comparison }: PromptItem): string {
  const running = runningOf(comparison);
  return running === null ? why(rollout) : (running.pause?.because ?? running.hold?.reason ?? '');
}

function why(rollout: Rollout | null): string {
  if (rollout === null) return '';
  if (rollout.outcome !== null) return rollout.outcome.reason || rollout.outcome.code;
  return rollout.pause?.because ?? rollout.hold?.reason ?? '';
}

function shortened(text: string): string {
  return text.length <= LONGEST_WHY ? text : `${text.slice(0, LONGEST_WHY - 3)}...`;
}

function whyFacts({ hold, pause, outcome, phase }: Rollout, nowMs: number): string[][] {
  const facts: string[][] = [];
  if (hold !== null)
    facts.push(['held', `${hold.kind.replaceAll('_', ' ')} for ${formatAge(nowMs - hold.sinceMs)}: ${hold.reason}`]);
  if (pause !== null) facts.push(['paused', `by ${pause.by}, ${ago(pause.atMs, nowMs)}: ${pause.because}`]);
  if (outcome !== null && isTerminal(phase)) {
    const reason = outcome.reason === '' ? outcome.code : `${outcome.code}: ${outcome.reason}`;
    facts.push(['ended', `${ago(outcome.atMs, nowMs)} by ${outcome.by}, ${reason}`]);
  }
  return facts;
}

function rangesText(ranges: readonly (readonly [number, number])[]): string {
  return ranges.map(([first, last]) => (first === last ? `${first}` : `${first} to ${last}`)).join(', ');
}

function ago(atMs: number, nowMs: number): string {
  return `${formatAge(nowMs - atMs)} ago`;
}
