import { unrefTimer } from './refresher';

/**
 * How long what was read may still be served, by two clocks: the wall clock also goes on while a process is frozen, and the
 * timer's also when the wall clock is set back.
 */
export interface Freshness {
  /** Notes a read of assignments that were current at one time and may be served until another, ms since 1970. */
  confirm(atMs: number, untilMs: number): void;
  /** Since the assignments were confirmed, ms; null before the first. */
  ageMs(): number | null;
  /** Whether something was read and may still be served. */
  isCurrent(): boolean;
  /** Whether the timer says that it may not. */
  isOverdue(): boolean;
  close(): void;
}

/** @param onOverdue called when the timer runs out */
export function createFreshness(now: () => number, onOverdue: () => void): Freshness {
  let confirmed: { atMs: number; untilMs: number } | null = null;
  let isOverdue = false;
  let timer: NodeJS.Timeout | undefined;
  const expire = (): void => {
    isOverdue = true;
    onOverdue();
  };
  return {
    confirm(atMs, untilMs) {
      confirmed = { atMs, untilMs };
      isOverdue = false;
      clearTimeout(timer);
      timer = unrefTimer(expire, Math.max(0, untilMs - now()));
    },
    ageMs: () => (confirmed === null ? null : now() - confirmed.atMs),
    isCurrent: () => confirmed !== null && !isOverdue && now() < confirmed.untilMs,
    isOverdue: () => isOverdue,
    close: () => clearTimeout(timer),
  };
}
