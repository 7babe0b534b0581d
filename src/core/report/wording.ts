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

/** A difference with its sign; of shares in points. */
export function wordDifference(unit: Unit, { value, low, high, why }: Difference): string {
  const signed = (x: number): string => sign(unit === 'share' ? percent(x) : wordAtScale(unit, x, value));
  const points = unit === 'share' ? ' points' : '';
  const change = `${signed(value)}${points}`;
  if (low === null || high === null) return why === null || why === 'not_a_mean' ? change : `${change}, ${WHY[why]}`;
  return `${change} (${signed(low)} to ${signed(high)})`;
}

const WHY: Record<Exclude<NoInterval, 'not_a_mean'>, string> = {
  too_few_values: 'no interval: fewer than two values',
  no_variance: 'no interval: the values do not vary',
};

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
  return unit === 'ms' ? wordMs(x, Math.abs(scale)) : wordValue(unit, x);
}

function wordMs(ms: number, scaleMs: number): string {
  if (scaleMs < SECOND_MS) return `${Math.abs(ms) < 10 ? digits(ms) : grouped(Math.round(ms))} ms`;
  return `${(ms / SECOND_MS).toFixed(scaleMs < 100 * SECOND_MS ? 2 : 0)} s`;
}

/** One decimal; two below one percent, so that rare errors do not read as none. */
function percent(share: number): string {
  const value = 100 * share;
  return value.toFixed(Math.abs(value) < 1 && value !== 0 ? 2 : 1);
}

/** Three significant digits, thousands grouped, never in exponent form. */
function digits(x: number): string {
  if (Math.abs(x) < TINY) return '0';
  const decimals = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(x))));
  const [whole = '', fraction] = x.toFixed(decimals).split('.');
  return fraction === undefined ? grouped(Number(whole)) : `${grouped(whole)}.${fraction}`;
}

function grouped(whole: number | string): string {
  return String(whole).replaceAll(/\B(?=(\d{3})+(?!\d))/gu, ',');
}

function sign(text: string): string {
  const isRoundedToZero = /^-0(\.0+)?( |$)/u.test(text);
  return text.startsWith('-') && !isRoundedToZero ? text : `+${text.replace('-', '')}`;
}
