import { allPrompts } from '../app/report/all-prompts';
import { isRampartError, type RampartError } from '../core/errors';
import { CONFIG_OPTION, JSON_OPTION, STATE_OPTION, type CommandSpec } from './command-spec';
import { examine } from './doctor';
import { historyEvent, readEvents, renderHistory, unknownPrompt } from './history';
import type { Io } from './io';
import { paintFor } from './paint';
import { flagOption, textOption, wholeNumber } from './parse-arguments';
import { EXIT } from './problem';
import { promptStatus, readJudged, type JudgedItem } from './prompt-status';
import { renderOverview, renderPrompt, type DamagedPrompt } from './render-status';
import { storedState, type StoredState } from './stored-state';
import { columns } from './table';
import { findTarget, stateFolder, targetIfAny } from './target';

const HISTORY_LIMIT = '50';

/** Commands that change nothing. */
export const READING_COMMANDS: Readonly<Record<string, CommandSpec>> = {
  status: {
    summary: 'Where the prompts are, or one of them with its guardrails',
    positionals: ['PROMPT?'],
    options: { ...STATE_OPTION, ...JSON_OPTION },
    async run(args, io) {
      const state = storedState(findTarget(textOption(args, 'state'), io), io);
      const wanted = args.positionals[0];
      const { items, damaged } =
        wanted === undefined ? await judgeAll(state) : { items: [await judgeOne(state, wanted)], damaged: [] };
      const paint = paintFor(io.stdout);
      const render = () =>
        wanted === undefined
          ? renderOverview(items, damaged, io.now(), paint)
          : items.flatMap((item) => renderPrompt(item, io.now(), paint));
      print(io, flagOption(args, 'json') ? { prompts: items.map(promptStatus), damaged } : null, render);
      return damaged.length === 0 ? EXIT.ok : EXIT.failed;
    },
  },
  history: {
    summary: 'What happened to a prompt, newest first',
    positionals: ['PROMPT'],
    options: {
      limit: { type: 'string', value: 'N', help: `At most so many events; default ${HISTORY_LIMIT}` },
      ...STATE_OPTION,
      ...JSON_OPTION,
    },
    async run(args, io) {
      const limit = wholeNumber(textOption(args, 'limit') ?? HISTORY_LIMIT, '--limit');
      const { store } = storedState(findTarget(textOption(args, 'state'), io), io);
      const prompt = args.positionals[0]!;
      const events = await readEvents(store, prompt, limit);
      const json = flagOption(args, 'json') ? { prompt, events: events.map(historyEvent) } : null;
      print(io, json, () => renderHistory(events));
      return EXIT.ok;
    },
  },
  doctor: {
    summary: 'Check configuration, keys, Langfuse and state; changes nothing',
    positionals: [],
    options: { ...STATE_OPTION, ...CONFIG_OPTION, ...JSON_OPTION },
    async run(args, io) {
      const state = textOption(args, 'state');
      const { findings, exit } = await examine(
        { folder: stateFolder(state, io), target: targetIfAny(state, io), configFile: textOption(args, 'config') },
        io,
      );
      const paint = paintFor(io.stdout);
      const mark = (ok: boolean): string => (ok ? paint('good', 'ok') : paint('bad', 'PROBLEM'));
      const json = flagOption(args, 'json') ? { ok: exit === EXIT.ok, findings } : null;
      const hints = findings.flatMap(({ problem }) => (problem === null || problem.hint === '' ? [] : [problem.hint]));
      print(io, json, () => [...columns(findings.map(({ name, ok, detail }) => [name, mark(ok), detail])), ...hints]);
      return exit;
    },
  },
};

/** By name; what cannot be read hides nothing else. */
async function judgeAll(state: StoredState): Promise<{ items: JudgedItem[]; damaged: DamagedPrompt[] }> {
  const items: JudgedItem[] = [];
  const damaged: DamagedPrompt[] = [];
  const note = (prompt: string | null, { message }: RampartError): void =>
    void damaged.push({ prompt, problem: message });
  for await (const { prompt } of allPrompts(state.store, (each) => note(each.prompt, each.problem))) {
    try {
      items.push(await judgeOne(state, prompt));
    } catch (error) {
      if (!isRampartError(error)) throw error;
      note(prompt, error);
    }
  }
  return { items: items.sort((a, b) => (a.item.prompt < b.item.prompt ? -1 : 1)), damaged };
}

/** @throws RampartError `not_found` when nothing is stored about the prompt */
async function judgeOne(state: StoredState, prompt: string): Promise<JudgedItem> {
  const judged = await readJudged(state, prompt);
  if (judged === null) throw unknownPrompt(prompt);
  return judged;
}

/** One JSON object, or lines for people. */
function print(io: Io, json: object | null, render: () => string[]): void {
  if (json !== null) io.stdout.write(`${JSON.stringify(json)}\n`);
  else for (const line of render()) io.stdout.write(`${line}\n`);
}
