import { COMPARE_HISTORY } from './compare-history';
import { COMPARE_SHOW } from './compare-show';
import { readWish, WISH_OPTIONS } from './compare-wish';
import { CONFIG_OPTION, JSON_OPTION, STATE_OPTION, type CommandSpec } from './command-spec';
import type { Io } from './io';
import { flagOption, textOption, type Arguments, type Options } from './parse-arguments';
import { EXIT, type ExitCode } from './problem';
import type { Request } from './request';
import { send } from './send';
import { findTarget } from './target';

const WHO: Options = {
  because: { type: 'string', value: 'TEXT', help: 'Why; kept in the history and shown in alerts' },
  by: { type: 'string', value: 'NAME', help: 'Who; default: the name of the user' },
};

/** Comparisons of versions: at fixed shares, or of what was served anyway. */
export const COMPARE_COMMANDS: Readonly<Record<string, CommandSpec>> = {
  'compare start': {
    summary: 'Compare versions at fixed shares of the traffic until one is better, or none is',
    positionals: ['PROMPT'],
    options: { ...WISH_OPTIONS, ...WHO, ...STATE_OPTION, ...CONFIG_OPTION, ...JSON_OPTION },
    run: (args, io) => ask(args, { kind: 'compare', wish: readWish(args, io) }, io),
  },
  'compare show': COMPARE_SHOW,
  'compare stop': {
    summary: 'End a comparison without a winner; needs --because',
    positionals: ['PROMPT'],
    options: { ...WHO, ...STATE_OPTION, ...CONFIG_OPTION, ...JSON_OPTION },
    run(args, io) {
      const by = textOption(args, 'by') ?? io.user;
      const because = textOption(args, 'because') ?? '';
      const command = { kind: 'stop_comparison', prompt: args.positionals[0]!, by, because } as const;
      return ask(args, { kind: 'command', command }, io);
    },
  },
  'compare history': COMPARE_HISTORY,
};

async function ask(args: Arguments, request: Request, io: Io): Promise<ExitCode> {
  const target = findTarget(textOption(args, 'state'), io);
  const result = await send(target, request, textOption(args, 'config'), io);
  if (flagOption(args, 'json')) io.stdout.write(`${JSON.stringify(result)}\n`);
  else if ('said' in result) io.stdout.write(`${result.prompt}: ${result.said}\n`);
  return EXIT.ok;
}
