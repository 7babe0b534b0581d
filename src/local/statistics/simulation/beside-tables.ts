import type { ArrivalsRow } from './arrivals';
import { count, percent, table } from './row-texts';
import type { SeveralRow } from './several';
import { standardError } from './tally';

/** What is measured beside the rows of one guardrail. */
export interface BesideRows {
  several: readonly SeveralRow[];
  arrivals: readonly ArrivalsRow[];
}

/** Their tables as Markdown. */
export function besideTables({ several, arrivals }: BesideRows): string {
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
