import { afterPage, nextWindow, restarted, type Lane } from '../../core/evidence/lanes';
import { countRow, noteFact } from '../../core/evidence/count-rows';
import type { Page } from '../../core/ports';
import { ask, type Reading } from './reading';

/** Windows that are read at the same time: of one alone, each page is asked for only when the one before has come. */
const WINDOWS_AT_ONCE = 6;
/** Pages that are read ahead may be asked for in vain: at most this share, of each stream, of what was asked for so far. */
const AHEAD_SHARE = 1 / 4;
/** Rows folded at once, at least: what they touch is read from the store together. */
const BATCH_ROWS = 500;

type Window = NonNullable<Lane['window']>;

/** How one of the two streams is read. */
export interface Stream<Row, Ready> {
  name: 'observations' | 'scores';
  /** Pages in one tick. */
  maxPages: number;
  /** Pages that wait to be folded or are on their way; those that are not folded in the end were asked for in vain. */
  pagesAhead: number;
  /** How many of the lanes are read. */
  lanes: number;
  list(window: Window): Promise<Page<Row>>;
  /**
   * Makes a page's rows ready to fold.
   * @returns `isWhole` false when some could not be; the page is then read again, what was folded being known
   */
  prepare(rows: Row[]): Promise<{ rows: Ready[]; isWhole: boolean }>;
  fold(rows: Ready[]): Promise<void>;
}

/** Reads a stream's lanes to one time after the other, ahead of the folding. */
export interface LaneReader {
  /** Lets it read on: nothing from this time on is read, ms. Pages are asked for at once, as long as there is room. */
  readTo(untilMs: number): void;
  /** Folds what is listed up to the earliest time not folded yet, or until nothing more can be asked. */
  fold(): Promise<void>;
  /** Resolves when nothing is under way any more: a request that fails after its tick would fail unseen. */
  settled(): Promise<void>;
}

/**
 * Begins to read a stream, page by page. The manifest's lanes move on only together with the rows they brought, so whatever
 * ends the reading, the next tick goes on where the last fold ended. A stream that is never folded changes nothing.
 */
export function openLanes<Row, Ready>(reading: Reading, stream: Stream<Row, Ready>): LaneReader {
  const { manifest } = reading.work;
  const lanes = manifest[stream.name].slice();
  const kept = new Set(lanes.map(({ window }) => window?.cursor).filter((cursor) => typeof cursor === 'string'));
  const ahead = askAhead(reading, stream);
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

  async function fold(): Promise<void> {
    for (let asked = ahead.take(); asked !== null; asked = ahead.take()) {
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
  }

  return { readTo: ahead.readTo, fold, settled: ahead.settled };
}

/** A page that is on its way; null when Langfuse could not be asked. */
interface Asked<Row> {
  index: number;
  window: Window;
  page: Promise<Page<Row> | null>;
}

/** A window that is read page by page, each after the one before. */
interface Chain<Row> {
  /** Which of the times that were named it leads to. */
  goal: number;
  index: number;
  /** As it is asked for next; null when all of it was. */
  next: Window | null;
  isUnderWay: boolean;
  /** Oldest first. */
  pages: Asked<Row>[];
}

interface PagesAhead<Row> extends Pick<LaneReader, 'readTo' | 'settled'> {
  /** The oldest page that was asked for; null, once for each time that was named, when there is none up to it. */
  take(): Asked<Row> | null;
}

/**
 * Asks for a window's first page at once and for each next one as soon as the one before has come, as long as there is room.
 */
function askAhead<Row>(reading: Reading, stream: Stream<Row, unknown>): PagesAhead<Row> {
  const { manifest, nowMs } = reading.work;
  /** As they will be when every window that was opened is read. */
  const lanes = manifest[stream.name].slice();
  const goalsMs: number[] = [];
  let chains: Chain<Row>[] = [];
  let opening = 0;
  let taking = 0;

  function openWindows(): void {
    for (; opening < goalsMs.length; opening++) {
      for (let index = 0; index < stream.lanes; index++) {
        for (;;) {
          const lane = lanes[index]!;
          const next = nextWindow(lane, nowMs, goalsMs[opening]!);
          if (next === null) break;
          if (chains.length >= WINDOWS_AT_ONCE) return;
          lanes[index] = afterPage(lane, next, null);
          chains.push({ goal: opening, index, next, isUnderWay: false, pages: [] });
        }
      }
    }
  }

  function askOn(): void {
    openWindows();
    const room = Math.min(stream.pagesAhead, Math.floor(reading.meter.used() * AHEAD_SHARE));
    let ahead = chains.reduce((sum, { pages }) => sum + pages.length, 0);
    for (const [nth, chain] of chains.entries()) {
      const { index, next, isUnderWay, pages } = chain;
      const isWantedNow = nth === 0 && pages.length === 0;
      if (next === null || isUnderWay || (ahead >= room && !isWantedNow)) continue;
      if (reading.stopped !== null || reading.pages[stream.name] >= stream.maxPages) return;
      reading.pages[stream.name]++;
      ahead++;
      chain.isUnderWay = true;
      const page = read(chain, next);
      page.catch(() => {});
      pages.push({ index, window: next, page });
    }
  }

  async function read(chain: Chain<Row>, window: Window): Promise<Page<Row> | null> {
    const page = await ask(reading, () => stream.list(window));
    chain.isUnderWay = false;
    if (page === null) return null;
    chain.next = afterPage(lanes[chain.index]!, window, page.cursor).window;
    askOn();
    return page;
  }

  function take(): Asked<Row> | null {
    const [oldest] = chains;
    const asked = oldest?.goal === taking ? oldest.pages.shift() : undefined;
    if (asked !== undefined) {
      askOn();
      return asked;
    }
    if (oldest?.goal === taking && oldest.next === null) {
      chains = chains.slice(1);
      askOn();
      return take();
    }
    taking++;
    return null;
  }

  return {
    readTo: (untilMs) => {
      goalsMs.push(untilMs);
      askOn();
    },
    take,
    settled: async () => void (await Promise.all(chains.flatMap(({ pages }) => pages.map(({ page }) => page)))),
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
