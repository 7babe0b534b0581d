import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { RampartError } from '../core/errors';
import type { ListedPrompt, PromptSync, WholeVersion } from '../core/ports';
import { inParallel } from '../prompts/in-parallel';
import { listPromptFiles } from '../prompts/load/list-files';
import { planPull, type LocalPrompts, type PullItem } from '../prompts/pull/plan-pull';
import { writeWhole } from '../prompts/write-file';
import { CONFIG_OPTION, JSON_OPTION, STATE_OPTION, type CommandSpec } from './command-spec';
import { deployPorts, type DeployPorts } from './deploy-ports';
import type { Io } from './io';
import { paintFor, type Paint } from './paint';
import { flagOption, textOption, type Arguments } from './parse-arguments';
import { EXIT } from './problem';
import { readPrompts } from './prompts-folder';
import { PROMPTS_OPTION, promptsFolder } from './validate';

const PROMPTS_AT_ONCE = 16;

export const PULL: CommandSpec = {
  summary: 'Adopt prompts of Langfuse into git, as Markdown; never overwrites edits without --force',
  positionals: ['PROMPT?'],
  options: {
    label: {
      type: 'string',
      value: 'LABEL',
      help: 'The version that is adopted; default production, else candidate, else the newest',
    },
    force: { type: 'boolean', help: 'Overwrite a definition that says something else' },
    ...PROMPTS_OPTION,
    ...STATE_OPTION,
    ...CONFIG_OPTION,
    ...JSON_OPTION,
  },
  async run(args, io) {
    const items = await pull(args, io);
    const paint = paintFor(io.stdout);
    const folder = relative(io.cwd, promptsFolder(args, io)) || '.';
    if (flagOption(args, 'json')) {
      const facts = items.map(({ prompt, version, state, file, note }) => ({ prompt, version, state, file, note }));
      io.stdout.write(`${JSON.stringify({ folder, prompts: facts })}\n`);
    } else for (const line of renderItems(items, folder, paint)) io.stdout.write(`${line}\n`);
    return items.some(({ state }) => state === 'refused' || state === 'kept') ? EXIT.failed : EXIT.ok;
  },
};

async function pull(args: Arguments, io: Io): Promise<PullItem[]> {
  const folder = promptsFolder(args, io);
  const ports = await deployPorts(args, io);
  const local = await readLocal(folder, io);
  const listed = await readListed(ports.sync, args.positionals[0]);
  const label = textOption(args, 'label') ?? null;
  const versions = await inParallel(listed, PROMPTS_AT_ONCE, (each) => adoptable(ports, each, label));
  const found = versions.filter((version) => version !== null);
  if (found.length === 0 && label !== null) throw nobodyHolds(label, args.positionals[0]);
  const items = planPull(found, local, { force: flagOption(args, 'force') });
  for (const { text, file, state } of items) {
    // A new file never replaces one that has come meanwhile.
    if (text !== null) writeWhole(join(folder, file), text, { isNew: state === 'new' });
  }
  return items;
}

function nobodyHolds(label: string, prompt: string | undefined): RampartError {
  const where = prompt === undefined ? 'a prompt' : `prompt ${prompt}`;
  return new RampartError('not_found', `${where}: expected a version with label ${label}, got none`);
}

async function readListed(sync: PromptSync, prompt: string | undefined): Promise<ListedPrompt[]> {
  if (prompt === undefined) return sync.listPrompts();
  const listed = await sync.listPrompt(prompt);
  if (listed !== null) return [listed];
  throw new RampartError('not_found', `prompt ${prompt}: expected one that Langfuse has, got none of this name`);
}

/** With a label, its holder; else production, else the candidate, else the newest. */
async function adoptable(
  { sync, candidateLabel }: DeployPorts,
  { prompt, labels, versions }: ListedPrompt,
  label: string | null,
): Promise<WholeVersion | null> {
  const wanted = label === null ? ['production', candidateLabel] : [label];
  const held = wanted.find((each) => labels.includes(each));
  if (held !== undefined) return sync.wholeVersionByLabel(prompt, held);
  if (label !== null) return null;
  const newest = versions.at(-1);
  return newest === undefined ? null : sync.wholeVersion(prompt, newest);
}

async function readLocal(folder: string, io: Io): Promise<LocalPrompts> {
  const prompts = existsSync(folder) ? await readPrompts(folder, io) : [];
  const texts = new Map<string, string>();
  for (const { source } of prompts.map(({ definition }) => definition))
    texts.set(source.file, await readFile(resolve(io.cwd, source.file), 'utf8'));
  return {
    prompts,
    files: existsSync(folder) ? filesIn(folder) : [],
    fileOf: ({ source }) => ({ file: relative(folder, resolve(io.cwd, source.file)), text: texts.get(source.file)! }),
  };
}

function filesIn(folder: string): string[] {
  const { markdown, variants, typescript } = listPromptFiles(folder, folder);
  return [...markdown, ...variants, ...typescript].map(({ inside }) => inside);
}

function renderItems(items: readonly PullItem[], folder: string, paint: Paint): string[] {
  const lines = items
    .filter(({ state }) => state !== 'same')
    .map(({ prompt, version, state, file, note }) => {
      const name = paint('strong', prompt);
      const said = note === '' ? '' : ` (${note})`;
      if (state === 'refused') return `${paint('bad', '!')} ${name} version ${version}: not adopted: ${note}`;
      if (state === 'kept')
        return `${paint('warn', '=')} ${name} version ${version}: ${folder}/${file} is kept: ${note}`;
      return `${paint('good', state === 'new' ? '+' : '~')} ${name} version ${version} → ${folder}/${file}${said}`;
    });
  const count = (...states: string[]): number => items.filter(({ state }) => states.includes(state)).length;
  const counts = `${count('new', 'overwrite')} written, ${count('same')} the same, ${count('kept')} kept, ${count('refused')} not adopted`;
  return [...lines, `${paint('strong', 'Pulled:')} ${counts}.`];
}
