import { CommandProblem } from './problem';

const FORM = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})?)?$/u;
const MINUTE_MS = 60_000;
const DAY_MS = 1440 * MINUTE_MS;

/**
 * Reads a time as the history prints it or in ISO 8601; without a zone it is UTC. What the text leaves out is filled up: the
 * end of the day, the minute or the second that it names, so that a look which is printed without milliseconds is found by it.
 * @returns ms since 1970
 * @throws CommandProblem `usage` for anything else
 */
export function parseTime(text: string, what: string): number {
  const iso = text.replace(' ', 'T');
  const hasZone = /(?:Z|[+-]\d{2}:\d{2})$/u.test(iso.slice(10));
  const ms = FORM.test(text) ? Date.parse(hasZone || !iso.includes('T') ? iso : `${iso}Z`) : Number.NaN;
  if (Number.isFinite(ms)) return ms + precisionMs(iso) - 1;
  throw new CommandProblem('usage', `${what}: expected a time such as 2026-11-23T10:15:00Z, got '${text}'`);
}

function precisionMs(iso: string): number {
  const colons =
    iso
      .slice(10)
      .replace(/[+-]\d{2}:\d{2}$/u, '')
      .split(':').length - 1;
  if (!iso.includes('T')) return DAY_MS;
  if (colons < 2) return MINUTE_MS;
  return iso.includes('.') ? 1 : 1000;
}
