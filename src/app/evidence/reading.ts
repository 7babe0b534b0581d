import { promisify } from 'node:util';
import { isRampartError, type RampartError } from '../../core/errors';
import { enterTouchedUnits } from '../../core/evidence/units';
import type { Workspace } from '../../core/evidence/workspace';
import type { UnitKind } from '../../core/policy/policy';
import type { Controller } from '../controller';
import type { RequestMeter } from '../request-meter';
import { writeJournal } from './journal';
import { holdChanges, writeSnapshot } from './snapshot';

/** One tick's reading of one prompt. */
export interface Reading {
  controller: Controller;
  work: Workspace;
  meter: RequestMeter;
  unitKind: UnitKind;
  /** As the controller's, remembering what it hashed lately. */
  hashUnit: (unit: string) => string;
  /** Why nothing more is asked of Langfuse in this tick; null = it goes on. */
  stopped: RampartError | null;
  /** Rows and pages read so far. */
  counts: { observations: number; scores: number };
  pages: { observations: number; scores: number };
}

/**
 * Asks Langfuse for something. Its errors end the asking, not the tick: what has been read is kept. Errors of any other
 * port are not caught anywhere, so that a half-written snapshot never becomes current. Several requests may be under way: of their
 * errors the first is kept, and rather the provider's than that the budget is used up.
 * @returns null when nothing more can be asked in this tick
 */
export async function ask<Answer>(reading: Reading, request: () => Promise<Answer>): Promise<Answer | null> {
  if (reading.stopped !== null) return null;
  try {
    return await reading.meter.ask(request);
  } catch (error) {
    if (!isRampartError(error)) throw error;
    reading.stopped = graver(reading.stopped, error);
    return null;
  }
}

function graver(first: RampartError | null, second: RampartError): RampartError {
  return first === null || first.code === 'budget_exhausted' ? second : first;
}

/** Records that are kept as objects between batches. */
const MAX_LOADED = 10_000;
/** Records held packed between two writes of the snapshot. Both bound the memory of a tick that has a lot to read. */
const MAX_HELD = 200_000;
/** Bytes of the journal; fewer wait for the next batch. */
const JOURNAL_OBJECT = 4_000_000;

/** Rows folded in one turn of the event loop: what is ready to be sent or received waits no longer than that takes. */
const ROWS_A_TURN = 100;

const nextTurn = promisify(setImmediate);

/** Does something with rows, a few at a time; requests that are under way go on between them. */
export async function inTurns<Row>(rows: readonly Row[], fold: (some: readonly Row[]) => void): Promise<void> {
  for (let from = 0; from < rows.length; from += ROWS_A_TURN) {
    await nextTurn();
    fold(rows.slice(from, from + ROWS_A_TURN));
  }
}

/** Ends a batch. Its records stay, for the next one to find, unless they are many. */
export async function finishBatch(reading: Reading): Promise<void> {
  const { work, controller } = reading;
  await writeJournal(work, controller.objects, JOURNAL_OBJECT);
  if (work.subjects.size + work.units.size > MAX_LOADED) await finishSlice(reading);
}

/** Ends what belongs together: lets units into engine B with what they have by now, then empties the workspace. */
export async function finishSlice({ controller, work }: Reading): Promise<void> {
  if (work.experiment !== null) enterTouchedUnits(work, work.experiment);
  holdChanges(work);
  if (work.heldSubjects.count + work.heldUnits.count > MAX_HELD) {
    await writeSnapshot(work, controller.objects, controller.cache);
  }
}
