import type { PromptItem } from '../item/prompt-item';
import type { LabelFacts } from '../rollout/evidence';
import type { Action } from '../rollout/plan';
import type { ImmediateCommand } from '../rollout/plan-command';
import { planRollbackTo, refuse, type CommandPlan } from '../rollout/plan-production';
import type { Comparison } from './comparison';
import { comparisonFacts, stopComparison, withoutHandover, type ComparisonTransition, type Kept } from './transitions';
import { shellWord } from '../shell-word';

/**
 * Decides a person's command while a comparison runs. Whatever asks for the old state ends the comparison; what would start
 * something new is refused.
 * @param kept what is known of the comparison now, kept if the command ends it
 */
export function planComparisonCommand(
  item: PromptItem,
  comparison: Comparison,
  command: Exclude<ImmediateCommand, { kind: 'release' }>,
  { labels, kept, nowMs }: { labels: LabelFacts; kept: Kept; nowMs: number },
): CommandPlan {
  const { prompt } = item;
  switch (command.kind) {
    case 'pause': {
      if (comparison.pause !== null) {
        return refuse(`the comparison is paused already, by ${comparison.pause.by}`, 'resume it first');
      }
      const pause = { by: command.by, because: command.because, atMs: nowMs };
      return changed(
        item,
        comparison,
        { pause },
        'paused',
        command,
        'paused: it will not end; harm still takes a variant out',
      );
    }
    case 'resume':
      if (comparison.pause === null) return refuse('the comparison is not paused', '');
      return changed(item, comparison, { pause: null, hold: null, clocks: [] }, 'resumed', command, 'resumed');
    case 'abort':
      return refuse(
        `a comparison of ${prompt} is running, not a rollout`,
        `rampart compare stop ${shellWord(prompt)} --because "..."`,
      );
    case 'promote':
      return refuse(
        `a comparison of ${prompt} is running`,
        `end it first: rampart compare stop ${shellWord(prompt)} --because "..."`,
      );
    case 'stop_comparison': {
      if (command.because.trim() === '') return refuse('compare stop needs a reason', 'say why: --because "TEXT"');
      return stopped(item, comparison, { code: 'stopped', ...command }, labels, kept, nowMs);
    }
    case 'rollback': {
      const { alarmedAtMs, toVersion } = command;
      if (alarmedAtMs !== undefined && alarmedAtMs < comparison.startedAtMs) {
        return refuse('the alarm was on before the comparison began', '');
      }
      const code = alarmedAtMs === undefined ? 'stopped' : 'alarm';
      if (toVersion === null) return stopped(item, comparison, { code, ...command }, labels, kept, nowMs);
      const moved = planRollbackTo(item, null, command, labels, nowMs);
      if (!moved.ok) return moved;
      const cause = { code, reason: command.because, by: command.by } as const;
      const end = stopComparison(comparison, cause, kept, moved.stable, nowMs);
      const said = `${moved.said}; the comparison is stopped`;
      return { ...moved, ...about(end), actions: [...end.actions, ...moved.actions], said };
    }
  }
}

/** A person does not want the winner to be handed over any more. */
export function planNoHandover(item: PromptItem, { by, because }: { by: string; because: string }): CommandPlan {
  const { comparison } = item;
  if (comparison?.handover?.state !== 'pending') {
    return refuse(`${item.prompt} has no running comparison`, `see: rampart status ${shellWord(item.prompt)}`);
  }
  const detail = { ...comparisonFacts(comparison), by, because };
  return {
    ok: true,
    rollout: item.rollout,
    stable: item.assignment.stable,
    comparison: withoutHandover(comparison, `${by}: ${because}`),
    about: comparison.id,
    actions: [{ kind: 'audit', event: 'handover_cancelled', detail }],
    said: 'the winner will not be handed over',
  };
}

function stopped(
  item: PromptItem,
  comparison: Comparison,
  { code, because, by }: { code: 'stopped' | 'alarm'; because: string; by: string },
  { production, stableExists }: LabelFacts,
  kept: Kept,
  nowMs: number,
): CommandPlan {
  const stable = typeof production === 'number' ? production : comparison.stable;
  if (stable === comparison.stable && stableExists === false) {
    return refuse(
      `version ${stable} of ${item.prompt} no longer exists in Langfuse`,
      `name a version to go back to: rampart rollback ${shellWord(item.prompt)} --to VERSION`,
    );
  }
  const reason = because.trim() === '' ? 'stopped by hand' : because;
  const end = stopComparison(comparison, { code, reason, by }, kept, stable, nowMs);
  const said = `stopped: everyone gets version ${stable}`;
  return { ok: true, rollout: item.rollout, stable, actions: end.actions, ...about(end), said };
}

function about({ next }: ComparisonTransition): { comparison: Comparison; about: string } {
  return { comparison: next, about: next.id };
}

function changed(
  item: PromptItem,
  comparison: Comparison,
  change: Partial<Comparison>,
  event: string,
  { because }: { because: string },
  said: string,
): CommandPlan {
  const next = { ...comparison, ...change };
  const actions: Action[] = [{ kind: 'audit', event, detail: { ...comparisonFacts(comparison), because } }];
  const { rollout } = item;
  return { ok: true, rollout, stable: comparison.stable, comparison: next, about: next.id, actions, said };
}
