import { explainRollout } from '../app/explain-rollout';
import { JSON_OPTION, STATE_OPTION, type CommandSpec } from './command-spec';
import { explanationFigures } from './explain-figures';
import { renderExplanation } from './explain-render';
import { parseTime } from './explain-time';
import { paintFor } from './paint';
import { flagOption, textOption } from './parse-arguments';
import { EXIT } from './problem';
import { storedState } from './stored-state';
import { findTarget } from './target';

export const EXPLAIN: CommandSpec = {
  summary: 'Why a rollout was judged as it was, replayed from the stored evidence',
  positionals: ['ROLLOUT'],
  options: {
    at: {
      type: 'string',
      value: 'TIME',
      help: 'The last tick up to then, such as 2026-11-23T10:15Z; default the newest',
    },
    ...STATE_OPTION,
    ...JSON_OPTION,
  },
  async run(args, io) {
    const at = textOption(args, 'at');
    const atMs = at === undefined ? null : parseTime(at, '--at');
    const state = storedState(findTarget(textOption(args, 'state'), io), io);
    const explanation = await explainRollout(state, args.positionals[0]!, atMs);
    if (flagOption(args, 'json')) io.stdout.write(`${JSON.stringify(explanationFigures(explanation))}\n`);
    else for (const line of renderExplanation(explanation, paintFor(io.stdout))) io.stdout.write(`${line}\n`);
    return EXIT.ok;
  },
};
