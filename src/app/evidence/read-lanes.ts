import { afterPage, nextWindow, restarted, type Lane } from '../../core/evidence/lanes';
import { countRow, noteFact } from '../../core/evidence/count-rows';
import type { Page } from '../../core/ports';
import { ask, type Reading } from './reading';

/** Rows folded at once, at least. */
const BATCH_ROWS = 500;
/** Pages that wait to be folded or are on their way; those that are not folded in the end were asked for in vain. */
const PAGES_AHEAD = 2;

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

/** Folds what a stream's lanes list, to the end or until nothing more can be asked. */
export type FoldLanes = () => Promise<void>;

/**
 * Begins to read every lane of a stream, page by page, at most {@link PAGES_AHEAD} ahead of the folding. The manifest's lanes
 * move on only together with the rows they brought, so whatever ends the reading, the next tick goes on where the last batch
 * ended.
 * @returns folds what is read; a stream that is never folded changes nothing
 */
export function openLanes<Row, Ready>(reading: Reading, stream: Stream<Row, Ready>): FoldLanes {
  const { manifest } = reading.work;
  const lanes = manifest[stream.name].slice();
  const kept = new Set(lanes.map(({ window }) => window?.cursor).filter((cursor) => typeof cursor === 'string'));
  const pages = askAhead(reading, stream);
  let batch: Ready[] = [];
  let malformed = 0;

  async function flush(): Promise<void> {
    await stream.fold(batch);
    reading.counts[stream.name] += batch.length;
    countMalformed(reading, stream.name, malformed);
    manifest[stream.name] = lanes.slice();
    batch = [];
    malformed = 0;
  }

  return async () => {
    for (let asked = pages.take(); asked !== null; asked = pages.take()) {
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
      if (batch.length >= BATCH_ROWS) await flush();
    }
    await flush();
    await pages.settled();
  };
}

/** A page that is on its way; null when Langfuse could not be asked. */
interface Asked<Row> {
  index: number;
  window: Window;
  page: Promise<Page<Row> | null>;
}

interface PagesAhead<Row> {
  /** The oldest page that was asked for; null when there is none. */
  take(): Asked<Row> | null;
  /** Resolves when nothing is under way any more: a request that fails after its tick would fail unseen. */
  settled(): Promise<void>;
}

/**
 * Asks for the first page at once and for each next one as soon as the one before has come, as long as there is room.
 */
function askAhead<Row>(reading: Reading, stream: Stream<Row, unknown>): PagesAhead<Row> {
  const { manifest, nowMs } = reading.work;
  const lanes = manifest[stream.name].slice();
  const waiting: Asked<Row>[] = [];
  let isUnderWay = false;

  async function read(index: number, window: Window): Promise<Page<Row> | null> {
    const page = await ask(reading, () => stream.list(window));
    isUnderWay = false;
    if (page === null) return null;
    lanes[index] = afterPage(lanes[index]!, window, page.cursor);
    askNext();
    return page;
  }

  function askNext(): void {
    const isFull = isUnderWay || waiting.length >= PAGES_AHEAD;
    if (isFull || reading.stopped !== null || reading.pages[stream.name] >= stream.maxPages) return;
    for (const [index, lane] of lanes.slice(0, stream.lanes).entries()) {
      const window = nextWindow(lane, nowMs, stream.untilMs);
      if (window === null) continue;
      reading.pages[stream.name]++;
      isUnderWay = true;
      const page = read(index, window);
      page.catch(() => {});
      waiting.push({ index, window, page });
      return;
    }
  }

  askNext();
  return {
    take: () => {
      const asked = waiting.shift() ?? null;
      askNext();
      return asked;
    },
    settled: async () => void (await Promise.all(waiting.map(({ page }) => page))),
  };
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
