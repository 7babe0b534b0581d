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
import { BOUNDS } from './judge-looks';
import { BY_CLOCK, count, describeEffect, percent, RULE_TITLES, table } from './row-texts';

/** Row by row, where a goal is met and where it is not. */
export function goalTables(rows: readonly Row[]): string {
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
    `Met or *alike* (behind, within the errors of the two) in ${rivals.length - missed.length} of ${rivals.length} rows: where both find the effect in ${percent(FOUND)} %, the median exposure is not larger; elsewhere it is found as often.\n`,
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
    `Met or *alike* in ${designs.length - far.length} of ${designs.length} rows; by the median exposure where both find the effect in half of the rollouts, else by how often it is found.\n`,
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
