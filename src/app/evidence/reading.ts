import { isRampartError, type RampartError } from '../../core/errors';
import { enterTouchedUnits } from '../../core/evidence/units';
import type { Workspace } from '../../core/evidence/workspace';
import type { UnitKind } from '../../core/policy/policy';
import type { Controller } from '../controller';
import type { RequestMeter } from '../request-meter';
import { holdJournal, writeJournal } from './journal';
import { holdChanges, writeSnapshot } from './snapshot';

/** One tick's reading of one prompt. */
export interface Reading {
  controller: Controller;
  work: Workspace;
  meter: RequestMeter;
  unitKind: UnitKind;
  /** Why nothing more is asked of Langfuse in this tick; null = it goes on. */
  stopped: RampartError | null;
  counts: { observations: number; scores: number };
}

/**
 * Asks Langfuse for something. Its errors end the asking, not the tick: what has been read is kept. Errors of any other
 * port are not caught anywhere, so that a half-written snapshot never becomes current.
 * @returns null when nothing more can be asked in this tick
 */
export async function ask<Answer>(reading: Reading, request: () => Promise<Answer>): Promise<Answer | null> {
  if (reading.stopped !== null) return null;
  try {
    return await reading.meter.ask(request);
  } catch (error) {
    if (!isRampartError(error)) throw error;
    reading.stopped = error;
    return null;
  }
}

/** Records held between two writes of the snapshot: bounds the memory of a tick that has a lot to read. */
const MAX_HELD = 200_000;
/** Characters of the journal; fewer wait for the next batch. */
const JOURNAL_OBJECT = 2_000_000;

/** Ends a batch: lets units into engine B, then empties the workspace. */
export async function finishBatch({ controller, work }: Reading): Promise<void> {
  if (work.rollout !== null) enterTouchedUnits(work, work.rollout);
  holdChanges(work);
  if (work.heldSubjects.size + work.heldUnits.size > MAX_HELD) {
    await writeSnapshot(work, controller.objects, controller.cache);
  }
  holdJournal(work);
  await writeJournal(work, controller.objects, JOURNAL_OBJECT);
}
