import { afterPage, nextWindow, restarted, type Lane } from '../../core/evidence/lanes';
import { countRow } from '../../core/evidence/count-rows';
import type { Reading } from './reading';

/** Rows folded at once: bounds the memory of a tick that has a lot to read. */
const BATCH_ROWS = 10_000;

type Window = NonNullable<Lane['window']>;

/** One page with its rows made ready to fold. */
export interface ReadyPage<Row> {
  rows: Row[];
  cursor: string | null;
  malformed: number;
  /** False when some of its rows could not be made ready; the page is then read again, what was folded being known. */
  isWhole: boolean;
}

/** How one of the two streams is read. */
export interface Stream<Row> {
  name: 'observations' | 'scores';
  maxPages: number;
  /** Nothing from this time on is read, ms. */
  untilMs: number;
  /** @returns null when Langfuse cannot be asked */
  fetchPage(window: Window): Promise<ReadyPage<Row> | null>;
  fold(rows: Row[]): Promise<void>;
}

/**
 * Reads every lane of a stream, page by page, folding in batches. The manifest's lanes move on only together with the rows
 * they brought, so whatever ends the reading, the next tick goes on where the last batch ended.
 */
export async function readLanes<Row>(reading: Reading, stream: Stream<Row>): Promise<void> {
  const { manifest, nowMs } = reading.work;
  const lanes = manifest[stream.name].slice();
  let batch: Row[] = [];
  let malformed = 0;
  let pages = 0;

  async function flush(): Promise<void> {
    await stream.fold(batch);
    reading.counts[stream.name] += batch.length;
    countMalformed(reading, stream.name, malformed);
    manifest[stream.name] = lanes.slice();
    batch = [];
    malformed = 0;
  }

  for (const index of lanes.keys()) {
    const isContinued = lanes[index]!.window !== null;
    for (let first = true; pages < stream.maxPages && reading.stopped === null; first = false) {
      const window = nextWindow(lanes[index]!, nowMs, stream.untilMs);
      if (window === null) break;
      const page = await stream.fetchPage(window);
      if (page === null) {
        if (first && isContinued && isRefused(reading)) lanes[index] = restarted(lanes[index]!);
        break;
      }
      pages++;
      for (const row of page.rows) batch.push(row);
      if (page.isWhole) {
        if (index === 0) malformed += page.malformed;
        lanes[index] = afterPage(lanes[index]!, window, page.cursor);
      }
      if (batch.length >= BATCH_ROWS) await flush();
    }
  }
  await flush();
}

/** A cursor that was kept since the last tick may not be accepted any more. */
function isRefused({ stopped }: Reading): boolean {
  return stopped?.code === 'provider_bad_response' || stopped?.code === 'bad_input';
}

/** Rows that could not be read, once each: as the first lane meets them. A generation is of this prompt for certain. */
function countMalformed({ work }: Reading, stream: 'observations' | 'scores', rows: number): void {
  if (rows === 0) return;
  work.manifest.unattributed.malformed += rows;
  if (stream === 'observations' && work.rollout !== null) countRow(work, work.nowMs, 'bad_value', rows);
}
