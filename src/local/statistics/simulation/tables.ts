import type { ArrivalsRow } from './arrivals';
import type { Question } from './cells';
import { leastExposure } from './exposure-bound';
import {
  designGoals,
  FOUND,
  type Found,
  foundBy,
  HAS_MEDIAN,
  keepsAlpha,
  type Met,
  type RivalGoal,
  rivalGoals,
  type Row,
} from './goals';
import { BOUNDS, type Rule } from './judge-looks';
import type { SeveralRow } from './several';
import { medianExposed, rollbackShare, standardError, type Tally } from './tally';

const RULE_TITLES: Record<Rule, string> = {
  rampart: '**Rampart**',
  engineA: 'A alone',
  engineB: 'B alone',
  threshold: 'threshold',
  welch: 'Welch',
  kayenta: 'Kayenta',
  growthbook: 'GrowthBook',
};
const RULES = Object.keys(RULE_TITLES) as Rule[];
/** Rules that promote by the clock whatever was not rolled back. */
const BY_CLOCK: readonly Rule[] = ['threshold', 'welch', 'kayenta', 'growthbook'];

/** What is measured beside the rows of one guardrail. */
export interface BesideRows {
  several: readonly SeveralRow[];
  arrivals: readonly ArrivalsRow[];
}

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

/** Row by row, where a goal is met and where it is not. */
function goalTables(rows: readonly Row[]): string {
  const same = rows.filter(({ cell }) => cell.question === 'same');
  const rivals = rivalGoals(rows, BY_CLOCK).filter((goal) => goal.rivals.length > 0);
  const missed = rivals.filter((goal) => goal.rivals.some(({ met }) => met === 'no'));
  const designs = designGoals(rows);
  const far = designs.filter(({ met }) => met === 'no');
  const keepers = (['rampart', ...BY_CLOCK] as const).map((rule) => {
    const clear = same.filter((row) => !keepsAlpha(row, rule));
    return [RULE_TITLES[rule], `${same.length - clear.length} of ${same.length}`, clear.length === 0 ? 'yes' : 'no'];
  });
  return [
    `### Goal: false rollback at most ${percent(BOUNDS.alpha)} % in every row without an effect (two standard errors forgiven)\n`,
    table(['rule', 'rows', 'met'], keepers),
    '\n### Goal: exposure at most that of every rule that keeps its error rate in the same traffic\n',
    `Met in ${rivals.length - missed.length} of ${rivals.length} rows: where both find the effect in ${percent(FOUND)} %, the median exposure is not larger; elsewhere it is found as often. *alike*: behind, within the errors of the two.\n`,
    table(
      ['a day', 'metric', 'effect', 'traffic', 'rollouts', '**Rampart**', 'rules that keep 5 % here', 'met'],
      rivals.map(({ row, rivals: others }) => [
        ...describeEffect(row),
        foundText(foundBy(row, 'rampart')),
        others.map(({ rule, found }) => `${RULE_TITLES[rule]} ${foundText(found)}`).join('; '),
        rivalText(others),
      ]),
    ),
    '\n### Goal: closer to the bound than the method’s first version\n',
    `Met in ${designs.length - far.length} of ${designs.length} rows; by the median exposure where both find the effect in half of the rollouts, else by how often it is found.\n`,
    table(
      [
        'a day',
        'metric',
        'effect',
        'traffic',
        'Wald bound',
        'first version',
        'over the bound',
        '**Rampart**',
        'over the bound',
        'met',
      ],
      designs.map(({ row, bound, design, met }) => {
        const ours = foundBy(row, 'rampart');
        const over = ({ share, exposed }: Found): string =>
          bound === null || share < HAS_MEDIAN ? '' : (exposed / bound).toFixed(2);
        const [perDay, metric, effect, traffic] = describeEffect(row);
        const boundText = bound === null ? '' : count(Math.round(bound));
        const figures = [foundText(design), over(design), foundText(ours), over(ours)];
        return [perDay!, metric!, effect!, traffic!, boundText, ...figures, MET_TEXTS[met]];
      }),
    ),
  ].join('\n');
}

const MET_TEXTS: Record<Met, string> = { yes: 'yes', alike: 'alike', no: '**no**' };

/** The worst answer, with the rules it is about. */
function rivalText(rivals: RivalGoal['rivals']): string {
  const worst = (['no', 'alike'] as const).find((each) => rivals.some(({ met }) => met === each));
  if (worst === undefined) return MET_TEXTS.yes;
  const rules = rivals.filter(({ met }) => met === worst).map(({ rule }) => RULE_TITLES[rule]);
  return `${MET_TEXTS[worst]}: ${rules.join(', ')}`;
}

function foundText({ share: found, exposed }: Found): string {
  return `${percent(found)} / ${count(exposed)}`;
}

function besideTables({ several, arrivals }: BesideRows): string {
  const part = (n: number, rollouts: number): string =>
    `${percent(n / rollouts)} ± ${percent(standardError(n / rollouts, rollouts))}`;
  return [
    '\n### Five guardrails at once, 2,000 a day: which is named, % of the rollouts\n',
    table(
      ['effect', 'rollouts', 'rolled back', 'the worse one named', 'another one named'],
      several.map(({ effect, rollouts, rolledBack, named, misnamed }) => [
        effect,
        String(rollouts),
        ...[rolledBack, named, misnamed].map((n) => part(n, rollouts)),
      ]),
    ),
    '\n### Units that do not arrive in the planned shares: alarms within 48 h, % of the rollouts\n',
    table(
      ['a day', 'planned', 'real', 'rollouts', 'alarm', 'median units until the alarm'],
      arrivals.map(({ perDay, planned, real, rollouts, alarms, medianUnits }) => [
        count(perDay),
        `${percent(planned)} %`,
        `${percent(real)} %`,
        String(rollouts),
        part(alarms, rollouts),
        medianUnits === null ? '' : count(medianUnits),
      ]),
    ),
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

function describe({ cell }: Row): string[] {
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

function describeEffect(row: Row): string[] {
  const [perDay, metric, traffic] = describe(row);
  return [perDay!, metric!, row.cell.effect, traffic!, String(row.tally.rollouts)];
}

function share({ tally }: Row, rule: Rule): string {
  return rule === 'rampart' ? withError(tally.rules[rule].rolledBack, tally) : percent(rollbackShare(tally, rule));
}

function withError(hits: number, { rollouts }: Tally): string {
  return `${percent(hits / rollouts)} ± ${percent(standardError(hits / rollouts, rollouts))}`;
}

function percent(share: number): string {
  const value = 100 * share;
  return value >= 9.95 ? value.toFixed(0) : value.toFixed(1);
}

function count(n: number): string {
  return n.toLocaleString('en-US');
}

function table(head: readonly string[], body: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...body.map(line)].join('\n');
}
