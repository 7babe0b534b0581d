import type { Unit } from './measure';
import type { Difference, NoInterval } from './welch';

const SECOND_MS = 1000;
/** Smaller than anything that is measured: what adding and taking away can leave behind. */
const TINY = 1e-12;

/** A value as people read it: `12,340`, `3.1 %`, `840 ms`, `1.24 s`, `$0.0042`, `4.12`. */
export function wordValue(unit: Unit, value: number): string {
  switch (unit) {
    case 'count':
      return grouped(Math.round(value));
    case 'share':
      return `${percent(value)} %`;
    case 'ms':
      return wordMs(value, Math.abs(value));
    case 'usd':
      return value < 0 ? `-$${digits(-value)}` : `$${digits(value)}`;
    case 'number':
      return digits(value);
  }
}

/**
 * A difference with its sign; of shares in points.
 * @param scale a value that the difference is one of: says how many digits mean something
 */
export function wordDifference(unit: Unit, { value, low, high, why }: Difference, scale: number): string {
  const signed = (x: number): string => sign(wordAtScale(unit, x, Math.abs(scale)));
  const change = `${signed(value)}${unit === 'share' ? ' points' : ''}`;
  if (low === null || high === null) return why === null || why === 'not_a_mean' ? change : `${change}, ${WHY[why]}`;
  return `${change} (${signed(low)} to ${signed(high)})`;
}

const WHY: Record<Exclude<NoInterval, 'not_a_mean'>, string> = {
  too_few_values: 'no interval: fewer than two values',
  no_variance: 'no interval: the values do not vary',
};

/** A standard error of a value of this size, at three digits of its own; of shares in points. */
export function wordError(unit: Unit, standardError: number, scale: number): string {
  switch (unit) {
    case 'share':
      return digits(100 * standardError);
    case 'ms':
      return scale < SECOND_MS ? `${digits(standardError)} ms` : `${digits(standardError / SECOND_MS)} s`;
    case 'usd':
      return `$${digits(standardError)}`;
    case 'count':
    case 'number':
      return digits(standardError);
  }
}

/** `+8 %`; '' where the value before is 0. */
export function wordRelative(now: number, before: number): string {
  if (before === 0) return '';
  const relative = (100 * (now - before)) / before;
  return Math.abs(relative) < 0.5 ? 'unchanged' : `${sign(grouped(Math.round(relative)))} %`;
}

/** `1 generation`, `2 generations`. */
export function counted(n: number, noun: string): string {
  return `${grouped(n)} ${noun}${n === 1 ? '' : 's'}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(parts: readonly string[]): string {
  const last = parts.at(-1) ?? '';
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(', ')} and ${last}`;
}

function wordAtScale(unit: Unit, x: number, scale: number): string {
  const text = (): string => fixed(x, decimalsOf(scale, 4));
  switch (unit) {
    case 'count':
      return wordValue(unit, x);
    case 'share':
      return percent(x);
    case 'ms':
      return wordMs(x, scale);
    case 'usd':
      return text().replace(/^-?/u, (minus) => `${minus}$`);
    case 'number':
      return text();
  }
}

function wordMs(ms: number, scaleMs: number): string {
  if (scaleMs < SECOND_MS) return `${scaleMs < 10 ? digits(ms) : fixed(ms, 0)} ms`;
  return `${(ms / SECOND_MS).toFixed(scaleMs < 100 * SECOND_MS ? 2 : 0)} s`;
}

/** One decimal; two below one percent, so that rare errors do not read as none. */
function percent(share: number): string {
  const value = 100 * share;
  return value.toFixed(Math.abs(value) < 1 && value !== 0 ? 2 : 1);
}

/** Three significant digits, thousands grouped, never in exponent form. */
function digits(x: number): string {
  return Math.abs(x) < TINY ? '0' : fixed(x, decimalsOf(x, 3));
}

/** How many decimals show this many significant digits of x. */
function decimalsOf(x: number, significant: number): number {
  const size = Math.abs(x);
  return size < TINY ? 0 : Math.max(0, significant - 1 - Math.floor(Math.log10(size)));
}

function fixed(x: number, decimals: number): string {
  const [whole = '', fraction] = x.toFixed(decimals).split('.');
  return fraction === undefined ? grouped(whole) : `${grouped(whole)}.${fraction}`;
}

function grouped(whole: number | string): string {
  return String(whole).replaceAll(/\B(?=(\d{3})+(?!\d))/gu, ',');
}

function sign(text: string): string {
  const isRoundedToZero = /^-\$?0(\.0+)?( |$)/u.test(text);
  return text.startsWith('-') && !isRoundedToZero ? text : `+${text.replace('-', '')}`;
}
