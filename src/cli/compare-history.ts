import { compareHistory } from '../app/comparison/compare-history';
import { KEPT_DAYS } from '../app/evidence/snapshot';
import { parseDuration } from '../core/policy/duration';
import { show } from '../core/policy/problem';
import type { ObservedComparison } from '../core/report/observed-comparison';
import { differenceText, valueText } from '../core/report/change-words';
import { JSON_OPTION, STATE_OPTION, type CommandSpec } from './command-spec';
import { paintFor, type Paint } from './paint';
import { flagOption, textOption, wholeNumber } from './parse-arguments';
import { CommandProblem, EXIT } from './problem';
import { storedState } from './stored-state';
import { columns } from './table';
import { findTarget } from './target';

const DAY_MS = 24 * 3_600_000;

export const COMPARE_HISTORY: CommandSpec = {
  summary: 'Versions side by side over what was served anyway: an observation, no test',
  positionals: ['PROMPT', 'VERSION', 'VERSION'],
  options: {
    since: { type: 'string', value: 'TIME', help: `How far back, such as 14d; default 14d, at most ${KEPT_DAYS}d` },
    ...STATE_OPTION,
    ...JSON_OPTION,
  },
  async run(args, io) {
    const [prompt, ...texts] = args.positionals;
    const versions = texts.map((text) => wholeNumber(text, 'VERSION'));
    if (versions[0] === versions[1]) {
      throw new CommandProblem('usage', `VERSION: expected two that differ, got ${versions[0]} twice`);
    }
    const fromMs = io.now() - sinceOf(textOption(args, 'since') ?? '14d');
    const state = { ...storedState(findTarget(textOption(args, 'state'), io), io), log: () => {} };
    const compared = await compareHistory(state, prompt!, { versions, fromMs }, io.now());
    if (flagOption(args, 'json')) io.stdout.write(`${JSON.stringify(compared)}\n`);
    else for (const line of render(compared, paintFor(io.stdout))) io.stdout.write(`${line}\n`);
    return EXIT.ok;
  },
};

function sinceOf(text: string): number {
  const ms = parseDuration(text);
  if (ms !== null && ms > 0 && ms <= KEPT_DAYS * DAY_MS) return ms;
  throw new CommandProblem(
    'usage',
    `--since: expected a time of at most ${KEPT_DAYS}d, such as 14d, got ${show(text)}`,
  );
}

function render({ prompt, base, versions, note, fromMs, toMs }: ObservedComparison, paint: Paint): string[] {
  const day = (ms: number): string => new Date(ms).toISOString().slice(0, 16).replace('T', ' ');
  const others = versions.filter(({ version }) => version !== base);
  return [
    `${paint('strong', prompt)}  ${paint('warn', 'OBSERVATIONAL')}  ${day(fromMs)} to ${day(toMs)} UTC`,
    ...others.flatMap(({ version, changes }) => [
      '',
      ...columns([
        ['', `version ${version}`, `version ${base}`, 'difference (95 % interval)'].map((word) => paint('dim', word)),
        ...changes.map((change) => [
          change.label,
          valueText(change.unit, change.now),
          valueText(change.unit, change.before),
          differenceText(change),
        ]),
      ]).map((line) => `  ${line}`),
    ]),
    '',
    note,
  ];
}
