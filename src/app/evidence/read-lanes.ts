import { afterPage, nextWindow, restarted, type Lane } from '../../core/evidence/lanes';
import { countRow, noteFact } from '../../core/evidence/count-rows';
import type { Page } from '../../core/ports';
import { ask, type Reading } from './reading';

/** Rows folded at once: a page of either stream. */
const BATCH_ROWS = 100;

type Window = NonNullable<Lane['window']>;

/** How one of the two streams is read. */
export interface Stream<Row, Ready> {
  name: 'observations' | 'scores';
  /** Pages in one tick. */
  maxPages: number;
  /** How many of the lanes are read. */
  lanes: number;
  /** Nothing from this time on is read, ms. */
  untilMs: number;
  list(window: Window): Promise<Page<Row>>;
  /**
   * Makes a page's rows ready to fold.
   * @returns `isWhole` false when some could not be; the page is then read again, what was folded being known
   */
  prepare(rows: Row[]): Promise<{ rows: Ready[]; isWhole: boolean }>;
  fold(rows: Ready[]): Promise<void>;
}

/**
 * Reads every lane of a stream, page by page, folding in batches while the next page is on its way. The manifest's lanes move
 * on only together with the rows they brought, so whatever ends the reading, the next tick goes on where the last batch ended.
 */
export async function readLanes<Row, Ready>(reading: Reading, stream: Stream<Row, Ready>): Promise<void> {
  const { manifest, nowMs } = reading.work;
  const lanes = manifest[stream.name].slice();
  const kept = new Set(lanes.map(({ window }) => window?.cursor).filter((cursor) => typeof cursor === 'string'));
  let batch: Ready[] = [];
  let malformed = 0;

  function request(): Asked<Row> | null {
    if (reading.stopped !== null || reading.pages[stream.name] >= stream.maxPages) return null;
    for (const [index, lane] of lanes.slice(0, stream.lanes).entries()) {
      const window = nextWindow(lane, nowMs, stream.untilMs);
      if (window === null) continue;
      reading.pages[stream.name]++;
      const page = ask(reading, () => stream.list(window));
      page.catch(() => {});
      return { index, window, page };
    }
    return null;
  }

  async function flush(): Promise<void> {
    await stream.fold(batch);
    reading.counts[stream.name] += batch.length;
    countMalformed(reading, stream.name, malformed);
    manifest[stream.name] = lanes.slice();
    batch = [];
    malformed = 0;
  }

  for (let asked = request(); asked !== null;) {
    const { index, window } = asked;
    const page = await asked.page;
    if (page === null) {
      if (kept.has(window.cursor ?? '') && isRefused(reading)) lanes[index] = restarted(lanes[index]!);
      break;
    }
    const { rows, isWhole } = await stream.prepare(page.rows);
    for (const row of rows) batch.push(row);
    if (!isWhole) break;
    if (index === 0) malformed += page.malformed.length;
    lanes[index] = afterPage(lanes[index]!, window, page.cursor);
    asked = request();
    if (batch.length >= BATCH_ROWS) await flush();
  }
  await flush();
}

/** A page that is on its way; null when Langfuse could not be asked. */
interface Asked<Row> {
  index: number;
  window: Window;
  page: Promise<Page<Row> | null>;
}

/** A cursor that was kept since the last tick may not be accepted any more. */
function isRefused({ stopped }: Reading): boolean {
  return stopped?.code === 'provider_bad_response' || stopped?.code === 'bad_input';
}

/** Rows that could not be read, once each: as the first lane meets them. A generation is of this prompt for certain. */
function countMalformed({ work }: Reading, stream: 'observations' | 'scores', rows: number): void {
  if (rows === 0) return;
  work.manifest.unattributed.malformed += rows;
  noteFact(work, work.nowMs, 'malformed', rows);
  if (stream === 'observations' && work.experiment !== null) countRow(work, work.nowMs, 'bad_value', rows);
}
