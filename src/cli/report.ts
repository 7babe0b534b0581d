import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RebuildProgress } from '../app/rebuild/rebuild-week';
import { CONFIG_OPTION, JSON_OPTION, STATE_OPTION, type CommandSpec } from './command-spec';
import type { Io } from './io';
import { flagOption, textOption, type Arguments } from './parse-arguments';
import { CommandProblem, EXIT } from './problem';
import type { Request, Result } from './request';
import { send } from './send';
import { findTarget } from './target';

/** `rampart report` and `rampart report rebuild`. */
export const REPORT: CommandSpec = {
  summary: 'Make (and mail) the report of the week that ended; with rebuild, read its numbers again',
  positionals: ['ACTION?'],
  options: {
    week: { type: 'string', value: 'WEEK', help: 'Another ISO week, such as 2026-W47' },
    force: { type: 'boolean', help: 'Make and send it again' },
    open: { type: 'boolean', help: 'Only look: write report-WEEK.html here and open it; nothing is stored or sent' },
    ...STATE_OPTION,
    ...CONFIG_OPTION,
    ...JSON_OPTION,
  },
  async run(args, io) {
    const request = requestOf(args);
    const target = findTarget(textOption(args, 'state'), io);
    const isJson = flagOption(args, 'json');
    const interruption = request.kind === 'rebuild' ? io.interruption() : null;
    for (;;) {
      const result = await send(target, request, textOption(args, 'config'), io);
      if (!('isFinished' in result) || result.isFinished) {
        await tell(result, isJson, io);
        return EXIT.ok;
      }
      io.stderr.write(`${wordProgress(result)}\n`);
      if (interruption?.aborted === true) return EXIT.interrupted;
    }
  },
};

function requestOf(args: Arguments): Request {
  const [action] = args.positionals;
  const week = textOption(args, 'week') ?? null;
  const [force, open] = [flagOption(args, 'force'), flagOption(args, 'open')];
  if (week !== null && !/^\d{4}-W\d{2}$/u.test(week)) {
    throw new CommandProblem('usage', `--week: expected an ISO week such as 2026-W47, got '${week}'`);
  }
  if (open && force) throw new CommandProblem('usage', '--open only looks: expected it without --force, which sends');
  if (action === undefined) return open ? { kind: 'page', week } : { kind: 'report', week, force };
  if (action !== 'rebuild') {
    throw new CommandProblem('usage', `rampart report: expected nothing or 'rebuild', got '${action}'`);
  }
  if (open || force) throw new CommandProblem('usage', 'rampart report rebuild takes neither --open nor --force');
  return { kind: 'rebuild', week };
}

async function tell(result: Result, isJson: boolean, io: Io): Promise<void> {
  if ('html' in result) return show(result, isJson, io);
  if (isJson) io.stdout.write(`${JSON.stringify(result)}\n`);
  else if ('isFinished' in result) io.stdout.write(`${wordProgress(result)}\n`);
  else if ('sent' in result) {
    io.stdout.write(`report of ${result.week}: ${result.sent ? 'made' : 'had been made before'}\n`);
  }
}

function wordProgress({ week, isFinished, promptsDone, prompts, requests }: RebuildProgress): string {
  const made = `${promptsDone} of ${prompts} prompts, ${requests} requests`;
  return isFinished ? `numbers of ${week}: rebuilt (${made})` : `rebuilding ${week}: ${made} so far`;
}

async function show({ week, html }: { week: string; html: string }, isJson: boolean, io: Io): Promise<void> {
  const file = join(io.cwd, `report-${week}.html`);
  await writeFile(file, html).catch((error: NodeJS.ErrnoException) => {
    throw new CommandProblem(
      'configuration',
      `${file}: expected a file that can be written, got ${error.code ?? error.message}`,
      { cause: error },
    );
  });
  io.open(file);
  io.stdout.write(isJson ? `${JSON.stringify({ week, file })}\n` : `report of ${week}: ${file}\n`);
}
