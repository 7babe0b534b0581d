import type { Row } from './goals';
import type { Rule } from './judge-looks';
import { standardError, type Tally } from './tally';

export const RULE_TITLES: Record<Rule, string> = {
  rampart: '**Rampart**',
  engineA: 'A alone',
  engineB: 'B alone',
  threshold: 'threshold',
  welch: 'Welch',
  kayenta: 'Kayenta',
  growthbook: 'GrowthBook',
};
export const RULES = Object.keys(RULE_TITLES) as Rule[];
/** Rules that promote by the clock whatever was not rolled back. */
export const BY_CLOCK: readonly Rule[] = ['threshold', 'welch', 'kayenta', 'growthbook'];

/** Volume, metric and traffic of a row. */
export function describe({ cell }: Row): string[] {
  const { perDay, isClustered, hasTimeOfDay, switchHour, watchHour, outageHour } = cell.traffic;
  const traits = [
    ...(isClustered ? ['ICC .3'] : []),
    ...(hasTimeOfDay ? ['time of day'] : []),
    ...(switchHour === 24 ? [] : [`50 % at hour ${switchHour}`]),
    ...(watchHour === null ? [] : [`95 % at hour ${watchHour}`]),
    ...(outageHour === null ? [] : [`outage at hour ${outageHour}`]),
  ];
  return [count(perDay), cell.metric, traits.join(', ') || 'even'];
}

/** The same with the effect, and how many rollouts it was measured in. */
export function describeEffect(row: Row): string[] {
  const [perDay, metric, traffic] = describe(row);
  return [perDay!, metric!, row.cell.effect, traffic!, String(row.tally.rollouts)];
}

/** A share with its standard error, in percent. */
export function withError(hits: number, { rollouts }: Tally): string {
  return `${percent(hits / rollouts)} ± ${percent(standardError(hits / rollouts, rollouts))}`;
}

/** A share in percent. */
export function percent(share: number): string {
  const value = 100 * share;
  return value >= 9.95 ? value.toFixed(0) : value.toFixed(1);
}

/** Thousands with commas. */
export function count(n: number): string {
  return n.toLocaleString('en-US');
}

/** A Markdown table. */
export function table(head: readonly string[], body: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...body.map(line)].join('\n');
}
