import { blockLengthMs } from '../../core/evidence/block-length';
import type { DueEntry } from '../../core/evidence/manifest';
import { handleDue } from '../../core/evidence/units';
import type { RolloutRules } from '../../core/evidence/workspace';
import { closeBlocks } from '../../core/judging/guardrail-state';
import type { Rollout } from '../../core/rollout/rollout';
import { holdJournal, writeJournal } from './journal';
import { readPage } from './page-tree';
import { finishBatch, finishSlice, type Reading } from './reading';
import { loadInto } from './snapshot';

/** What happens by the clock: units that come due (entry into engine B, coverage), then blocks that close. */
export async function judgeDue(reading: Reading, rules: RolloutRules, rollout: Rollout): Promise<void> {
  const { work, controller } = reading;
  const evidence = work.manifest.rollout;
  if (evidence === null) return;
  const ripe = evidence.due.filter(({ earliestMs }) => earliestMs <= work.nowMs);
  evidence.due = evidence.due.filter(({ earliestMs }) => earliestMs > work.nowMs);
  for (const { page } of ripe) {
    const entries = await readPage<DueEntry[]>(controller.objects, page);
    const due = entries.filter(([dueMs]) => dueMs <= work.nowMs);
    await loadInto(work, controller.objects, controller.cache, { units: due.map(([, unit]) => unit) });
    const waiting = due.filter(([, unit, guardrail]) => !handleDue(work, rules, unit, guardrail));
    work.due.push(...waiting, ...entries.filter(([dueMs]) => dueMs > work.nowMs));
    await finishBatch(reading);
  }
  await finishSlice(reading);
  for (const [index, state] of evidence.states.entries()) {
    closeBlocks(state, rules.metrics[index]!.frozen, work.nowMs, (stage) => blockLengthMs(rollout, stage));
  }
  work.journal.push(['tick', work.nowMs]);
  holdJournal(work);
  await writeJournal(work, controller.objects, 1);
}
