import { type BesideRows, besideTables } from './beside-tables';
import type { Question } from './cells';
import { leastExposure } from './exposure-bound';
import { goalTables } from './goal-tables';
import { FOUND, type Row } from './goals';
import { BOUNDS, type Rule } from './judge-looks';
import { BY_CLOCK, count, describe, describeEffect, percent, RULE_TITLES, RULES, table, withError } from './row-texts';
import { medianExposed, rollbackShare } from './tally';

/** All tables as Markdown, each under its own heading; what is beside the rows may be left out. */
export function markdownTables(rows: readonly Row[], beside: BesideRows = { several: [], arrivals: [] }): string {
  const of = (...questions: Question[]): Row[] => rows.filter(({ cell }) => questions.includes(cell.question));
  const same = of('same');
  const above = same.filter(({ tally }) => rollbackShare(tally, 'rampart') > BOUNDS.alpha);
  return [
    goalTables(rows),
    '\n### False rollback: the candidate is the same as stable, % of the rollouts\n',
    falseRollbackSummary(same),
    `\nRows with more than ${percent(BOUNDS.alpha)} % for Rampart: ${above.length} of ${same.length}.\n`,
    table(
      ['a day', 'metric', 'traffic', 'rollouts', ...RULES.map((rule) => RULE_TITLES[rule])],
      same.map((row) => [...describe(row), String(row.tally.rollouts), ...RULES.map((rule) => share(row, rule))]),
    ),
    '\n### Detection: rolled back within 48 h, % / median values of the candidate until then (or until the end)\n',
    table(
      ['a day', 'metric', 'effect', 'traffic', 'rollouts', ...RULES.map((rule) => RULE_TITLES[rule]), 'Wald bound'],
      of('worse', 'at_margin').map(detectionCells),
    ),
    '\n### Exposure: Rampart’s median over the other’s, in the rows in which both roll back in at least 95 %\n',
    exposureSummary(of('worse', 'at_margin')),
    '\n### False promotion: promoted at hour 48, % of the rollouts of a candidate that is worse by the margin or more\n',
    table(
      [
        'a day',
        'metric',
        'effect',
        'traffic',
        'rollouts',
        '**Rampart**',
        'Rampart, proof ever reached',
        ...BY_CLOCK.map((rule) => RULE_TITLES[rule]),
      ],
      of('at_margin', 'worse').filter(isBeyondMargin).map(promotionCells),
    ),
    '\n### The first step’s gate: three margins excluded, % of the rollouts\n',
    table(
      ['a day', 'metric', 'effect', 'traffic', 'rollouts', 'proof ever reached (false)', 'by the change of share'],
      of('at_gate').map((row) => [
        ...describeEffect(row),
        withError(row.tally.everGate, row.tally),
        percent(row.tally.gateAtSwitch / row.tally.rollouts),
      ]),
    ),
    '\n### Harmless candidates: past the gate at the change of share, and promoted at hour 48, % of the rollouts\n',
    table(
      ['a day', 'metric', 'effect', 'traffic', 'rollouts', 'past the gate', 'promoted'],
      of('same', 'better')
        .filter(isPlain)
        .map((row) => [
          ...describeEffect(row),
          percent(row.tally.gateAtSwitch / row.tally.rollouts),
          percent(row.tally.promoted / row.tally.rollouts),
        ]),
    ),
    besideTables(beside),
  ].join('\n');
}

/** Without the rows that are there to provoke false rollbacks. */
function isPlain({ cell: { traffic, model } }: Row): boolean {
  const isUsual = traffic.switchHour === 24 && traffic.outageHour === null && model.guardrail.floor === null;
  return isUsual && traffic.isClustered === traffic.hasTimeOfDay;
}

/** Mean and worst row by volume. */
function falseRollbackSummary(rows: readonly Row[]): string {
  const volumes = [...new Set(rows.map(({ cell }) => cell.traffic.perDay))].sort((a, b) => a - b);
  return table(
    ['a day', 'rows', ...RULES.map((rule) => `${RULE_TITLES[rule]}: mean (worst)`)],
    volumes.map((perDay) => {
      const at = rows.filter(({ cell }) => cell.traffic.perDay === perDay);
      const summary = (rule: Rule): string => {
        const shares = at.map(({ tally }) => rollbackShare(tally, rule));
        const mean = shares.reduce((sum, each) => sum + each, 0) / shares.length;
        return `${percent(mean)} (${percent(Math.max(...shares))})`;
      };
      return [count(perDay), String(at.length), ...RULES.map(summary)];
    }),
  );
}

function exposureSummary(rows: readonly Row[]): string {
  const against = (title: string, other: (row: Row) => number | null): string[] => {
    const ratios = rows.flatMap((row) => {
      const exposed = other(row);
      const isFound = rollbackShare(row.tally, 'rampart') >= FOUND;
      return isFound && exposed !== null ? [medianExposed(row.tally, 'rampart') / exposed] : [];
    });
    const sorted = ratios.toSorted((a, b) => a - b);
    const at = (index: number): string => sorted.at(index)?.toFixed(2) ?? '';
    return [title, String(sorted.length), at(Math.floor(sorted.length / 2)), `${at(0)} to ${at(-1)}`];
  };
  const rule = (name: Rule): string[] =>
    against(RULE_TITLES[name], ({ tally }) =>
      rollbackShare(tally, name) >= FOUND ? medianExposed(tally, name) : null,
    );
  return table(
    ['against', 'rows', 'median ratio', 'range'],
    [...BY_CLOCK.map(rule), against('Wald bound', ({ cell }) => leastExposure(cell))],
  );
}

function detectionCells(row: Row): string[] {
  const bound = leastExposure(row.cell);
  const found = RULES.map(
    (rule) => `${percent(rollbackShare(row.tally, rule))} / ${count(medianExposed(row.tally, rule))}`,
  );
  return [...describeEffect(row), ...found, bound === null ? '' : count(Math.round(bound))];
}

function promotionCells(row: Row): string[] {
  const { tally, cell } = row;
  const isWhole = cell.question === 'at_margin';
  return [
    ...describeEffect(row),
    withError(tally.promoted, tally),
    isWhole ? withError(tally.everSafe, tally) : '',
    ...BY_CLOCK.map((rule) => percent(1 - rollbackShare(tally, rule))),
  ];
}

/** Smaller effects may be promoted: that is what a margin says. */
function isBeyondMargin({ cell }: Row): boolean {
  if (cell.question === 'at_margin') return true;
  const real = Number(cell.effect);
  if (cell.model.information === null) return -real >= cell.model.guardrail.delta;
  return cell.effect !== '-2 points' && cell.effect !== '-0.1';
}

function share({ tally }: Row, rule: Rule): string {
  return rule === 'rampart' ? withError(tally.rules[rule].rolledBack, tally) : percent(rollbackShare(tally, rule));
}
