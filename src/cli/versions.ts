import { listVersions, type KnownVersion } from '../prompts/versions';
import { formatAge } from './age';
import { CONFIG_OPTION, JSON_OPTION, STATE_OPTION, type CommandSpec } from './command-spec';
import { deployPorts } from './deploy-ports';
import { visible } from './diff-render';
import type { Io } from './io';
import { paintFor, type Paint } from './paint';
import { flagOption, type Arguments } from './parse-arguments';
import { EXIT } from './problem';
import { readableDefinitions } from './prompts-folder';
import { PROMPTS_OPTION } from './validate';
import { columns } from './table';

export const VERSIONS: CommandSpec = {
  summary: 'The versions of a prompt in Langfuse, with their labels, commits and rollouts',
  positionals: ['PROMPT'],
  options: { ...PROMPTS_OPTION, ...STATE_OPTION, ...CONFIG_OPTION, ...JSON_OPTION },
  async run(args, io) {
    const prompt = args.positionals[0]!;
    const versions = await knownVersions(prompt, args, io);
    if (flagOption(args, 'json')) {
      const facts = versions.map(({ createdAtMs, ...rest }) => ({ ...rest, createdAt: isoOf(createdAtMs) }));
      io.stdout.write(`${JSON.stringify({ prompt, versions: facts })}\n`);
      return EXIT.ok;
    }
    const paint = paintFor(io.stdout);
    for (const line of renderVersions(versions, io.now(), paint)) io.stdout.write(`${line}\n`);
    return EXIT.ok;
  },
};

async function knownVersions(prompt: string, args: Arguments, io: Io): Promise<KnownVersion[]> {
  const { sync, store } = await deployPorts(args, io);
  const [definitions, item] = await Promise.all([
    readableDefinitions(args, io),
    store === null ? null : store.read(prompt),
  ]);
  return listVersions(sync, prompt, definitions, item);
}

function renderVersions(versions: readonly KnownVersion[], nowMs: number, paint: Paint): string[] {
  return columns(
    versions.map((each) => [
      paint('strong', `version ${each.version}`),
      each.labels.map((label) => (label === 'production' ? paint('good', label) : label)).join(' '),
      each.createdAtMs === null ? '' : `${formatAge(nowMs - each.createdAtMs)} ago`,
      originText(each),
      [...each.local.map((name) => `= local ${name === 'base' ? '' : name}`.trim()), ...stateTexts(each, paint)].join(
        ', ',
      ),
    ]),
  );
}

function originText({ semver, commit, commitMessage }: KnownVersion): string {
  if (semver !== null) return `${semver} ${commit === null ? 'without git' : commit.slice(0, 9)}`;
  return commitMessage === null
    ? 'not deployed from git'
    : visible(commitMessage.slice(0, 40)).replaceAll(/\s+/gu, ' ');
}

function stateTexts({ isQuarantined, rollout }: KnownVersion, paint: Paint): string[] {
  return [
    ...(isQuarantined ? [paint('bad', 'quarantined')] : []),
    ...(rollout === null ? [] : [rollout.replaceAll('_', ' ')]),
  ];
}

function isoOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
