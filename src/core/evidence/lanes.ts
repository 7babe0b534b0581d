/**
 * Reading a stream of rows by time, several times over. Langfuse lists late rows and edits only to those who read a window
 * again, so every stream is read in lanes: the first lane right behind the present, the others once more at a greater age.
 * Each row is read once per lane, so the cost follows what is new. A lane's window is read page by page (newest first) and
 * may go on at the next tick; rows met twice are dropped by id.
 */
export interface Lane {
  /** How far behind the present this lane reads, ms. */
  lagMs: number;
  /** Everything before this time has been read, ms. */
  doneMs: number;
  /** The window that is being read; null between windows. */
  window: { fromMs: number; toMs: number; cursor: string | null } | null;
}

/** Longest stretch one window covers, so that a lane that fell behind moves forward oldest first. */
const MAX_WINDOW_MS = 6 * 3_600_000;

/** @param startMs where reading begins */
export function newLanes(lagsMs: readonly number[], startMs: number): Lane[] {
  return lagsMs.map((lagMs) => ({ lagMs, doneMs: startMs, window: null }));
}

/**
 * The window to read next in this lane.
 * @param untilMs nothing from this time on is read
 * @returns null when the lane is up to date
 */
export function nextWindow(lane: Lane, nowMs: number, untilMs: number): NonNullable<Lane['window']> | null {
  if (lane.window !== null) return lane.window;
  const toMs = Math.min(nowMs - lane.lagMs, untilMs, lane.doneMs + MAX_WINDOW_MS);
  return toMs > lane.doneMs ? { fromMs: lane.doneMs, toMs, cursor: null } : null;
}

/** The lane after one page of the window was read; `cursor` null = that was the last page. */
export function afterPage(lane: Lane, window: NonNullable<Lane['window']>, cursor: string | null): Lane {
  return cursor === null ? { ...lane, doneMs: window.toMs, window: null } : { ...lane, window: { ...window, cursor } };
}

/** The lane with its window to be read again from the top: its cursor is not accepted any more. */
export function restarted(lane: Lane): Lane {
  return lane.window === null ? lane : { ...lane, window: { ...lane.window, cursor: null } };
}

/** The time before which every lane has read everything: no row with an earlier time is listed again. */
export function allReadMs(lanes: readonly Lane[]): number {
  return Math.min(...lanes.map(({ doneMs }) => doneMs));
}

/** The time before which the first lanes of all the streams have read everything, ms. */
export function readThroughMs(...streams: readonly (readonly Lane[])[]): number {
  return Math.min(...streams.map(([first]) => first?.doneMs ?? 0));
}
