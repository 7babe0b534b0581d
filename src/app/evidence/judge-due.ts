import type { Experiment } from '../../core/evidence/experiment';
import type { DueEntry } from '../../core/evidence/manifest';
import { journalTick } from '../../core/evidence/pack-journal';
import { closeAllBlocks } from '../../core/evidence/replay-journal';
import { handleDue } from '../../core/evidence/units';
import type { ExperimentRules } from '../../core/evidence/workspace';
import { writeJournal } from './journal';
import { readPage } from './page-tree';
import { finishBatch, finishSlice, type Reading } from './reading';
import { loadInto } from './snapshot';

/** What happens by the clock: units that come due (entry into engine B, coverage), then blocks that close. */
export async function judgeDue(reading: Reading, rules: ExperimentRules, experiment: Experiment): Promise<void> {
  const { work, controller } = reading;
  const evidence = work.manifest.experiment;
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
  closeAllBlocks(evidence.states, experiment, work.nowMs);
  journalTick(work.journal, work.nowMs);
  await writeJournal(work, controller.objects, 1);
}
