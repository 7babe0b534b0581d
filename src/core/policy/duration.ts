const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** The longest duration that can be written: ten years. */
export const MAX_DURATION_MS = 3660 * DAY_MS;

/** Days, hours, minutes, seconds, milliseconds: each at most once, largest first, at least one. */
export const DURATION_PATTERN = /^(?=\d)(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+)s)?(?:(\d+)ms)?$/u;

/**
 * Reads a duration such as `90s`, `15m`, `24h`, `2d` or `1h30m`. A number without a unit is not one.
 * @returns milliseconds, a whole number in [0, {@link MAX_DURATION_MS}], or null when the text is not a duration
 */
export function parseDuration(text: string): number | null {
  const match = DURATION_PATTERN.exec(text);
  if (match === null) return null;
  const [days, hours, minutes, seconds, ms] = match.slice(1).map((digits) => Number(digits ?? 0));
  const total = days! * DAY_MS + hours! * HOUR_MS + minutes! * MINUTE_MS + seconds! * SECOND_MS + ms!;
  return total <= MAX_DURATION_MS ? total : null;
}

/**
 * The text of a duration, as people write it: hours up to three days, then days; {@link parseDuration} reads it back.
 * @param ms milliseconds, rounded to whole ones; a negative duration gets a leading minus sign
 */
export function formatDuration(ms: number): string {
  if (!Number.isFinite(ms)) throw new RangeError(`a duration must be a finite number of ms, got ${ms}`);
  const whole = Math.round(Math.abs(ms));
  if (whole === 0) return '0s';
  let rest = whole;
  let text = ms < 0 ? '-' : '';
  for (const [unit, unitMs] of [
    ['d', whole < 3 * DAY_MS ? Infinity : DAY_MS],
    ['h', HOUR_MS],
    ['m', MINUTE_MS],
    ['s', SECOND_MS],
    ['ms', 1],
  ] as const) {
    const count = Math.floor(rest / unitMs);
    if (count === 0) continue;
    text += `${count}${unit}`;
    rest -= count * unitMs;
  }
  return text;
}

/** The same for reading, not for reading back: whole minutes from an hour on, whole seconds below. */
export function formatRoughly(ms: number): string {
  const unitMs = ms >= 3_600_000 ? 60_000 : 1000;
  return formatDuration(Math.max(unitMs, Math.round(ms / unitMs) * unitMs));
}
