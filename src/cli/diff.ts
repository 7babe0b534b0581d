import { compareVersions, type Comparison } from '../prompts/compare-versions';
import { CONFIG_OPTION, JSON_OPTION, STATE_OPTION, type CommandSpec } from './command-spec';
import { deployPorts } from './deploy-ports';
import { renderDiff } from './diff-render';
import type { Paint } from './paint';
import { flagOption } from './parse-arguments';
import { NO_COLOR_OPTION, paintOf } from './plan';
import { EXIT } from './problem';
import { localDefinitions } from './prompts-folder';
import { PROMPTS_OPTION } from './validate';

export const DIFF: CommandSpec = {
  summary: 'Compare two versions of a prompt: numbers, labels, local or local:VARIANT; default production and local',
  positionals: ['PROMPT', 'A?', 'B?'],
  options: { ...PROMPTS_OPTION, ...STATE_OPTION, ...CONFIG_OPTION, ...NO_COLOR_OPTION, ...JSON_OPTION },
  async run(args, io) {
    const [prompt, from = 'production', to = 'local'] = args.positionals;
    const definitions = [from, to].some(isLocal) ? await localDefinitions(args, io) : [];
    const { sync } = await deployPorts(args, io);
    const comparison = await compareVersions(sync, prompt!, [from, to], definitions);
    if (flagOption(args, 'json')) io.stdout.write(`${JSON.stringify(diffFacts(prompt!, comparison))}\n`);
    else for (const line of renderComparison(comparison, paintOf(args, io))) io.stdout.write(`${line}\n`);
    return EXIT.ok;
  },
};

function isLocal(named: string): boolean {
  return named === 'local' || named.startsWith('local:');
}

function renderComparison({ from, to, diff }: Comparison, paint: Paint): string[] {
  const head = [paint('bad', `--- ${from.title}`), paint('good', `+++ ${to.title}`)];
  if (diff.body.length + diff.config.length === 0) return [...head, 'They say the same.'];
  const config = diff.config.length === 0 ? [] : [paint('dim', 'config:'), ...renderDiff(diff.config, paint)];
  return [...head, ...renderDiff(diff.body, paint), ...config];
}

function diffFacts(prompt: string, { from, to, diff }: Comparison): object {
  const side = ({ title, version, labels, tags }: Comparison['from']): object => ({ title, version, labels, tags });
  const isSame = diff.body.length + diff.config.length === 0;
  return { prompt, from: side(from), to: side(to), isSame, diff };
}
