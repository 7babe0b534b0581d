import type { Command } from '../core/rollout/plan-command';
import { CONFIG_OPTION, JSON_OPTION, STATE_OPTION, type CommandSpec } from './command-spec';
import type { Io } from './io';
import { flagOption, textOption, wholeNumber, type Arguments, type Options } from './parse-arguments';
import { EXIT } from './problem';
import type { Result } from './request';
import { send } from './send';
import { findTarget, targetIfAny } from './target';
import { isUnguardable, moveUnguarded } from './unguarded';

type Common = { prompt: string; by: string; because: string };

const WHO: Options = {
  because: { type: 'string', value: 'TEXT', help: 'Why; kept in the history and shown in alerts' },
  by: { type: 'string', value: 'NAME', help: 'Who; default: the name of the user' },
};

const TO: Options = { to: { type: 'string', value: 'VERSION', help: 'The version that production goes to' } };

/** What a person may ask of a prompt; each is carried out through the prompt's item (core/rollout/plan-command.ts). */
export const PERSON_COMMANDS: Readonly<Record<string, CommandSpec>> = {
  start: personCommand('Roll out a version, whatever its labels are', ['VERSION'], {}, (common, args) => {
    return { kind: 'start', ...common, version: versionOf(args) };
  }),
  pause: personCommand('Stop advancing, never a rollback; needs --because', [], {}, (common) => {
    return { kind: 'pause', ...common };
  }),
  resume: personCommand('Let a paused rollout advance again', [], {}, (common) => ({ kind: 'resume', ...common })),
  promote: personCommand(
    'Give production to the candidate (or to a version) now; needs --because',
    [],
    { ...TO, 'keep-watch': { type: 'boolean', help: 'Proven harm still rolls it back' } },
    (common, args) => ({
      kind: 'promote',
      ...common,
      keepWatch: flagOption(args, 'keep-watch'),
      toVersion: toVersion(args),
    }),
  ),
  rollback: personCommand('End the rollout and go back to stable, or to a version', [], TO, (common, args) => {
    return { kind: 'rollback', ...common, toVersion: toVersion(args) };
  }),
  abort: personCommand('End the rollout without a verdict on its version', [], {}, (common) => {
    return { kind: 'abort', ...common };
  }),
  release: personCommand('Let a version that was rolled back be rolled out again', ['VERSION'], {}, (common, args) => {
    return { kind: 'release', ...common, version: versionOf(args) };
  }),
};

function personCommand(
  summary: string,
  positionals: readonly string[],
  options: Options,
  build: (common: Common, args: Arguments) => Command,
): CommandSpec {
  return {
    summary,
    positionals: ['PROMPT', ...positionals],
    options: { ...options, ...WHO, ...STATE_OPTION, ...CONFIG_OPTION, ...JSON_OPTION },
    async run(args, io) {
      const command = build(commonOf(args, io), args);
      const result = await sendCommand(command, args, io);
      if (flagOption(args, 'json')) io.stdout.write(`${JSON.stringify(result)}\n`);
      else if ('said' in result) io.stdout.write(`${result.prompt}: ${result.said}\n`);
      return EXIT.ok;
    },
  };
}

/** To the controller; where none is deployed, a promotion and a rollback move the label themselves. */
async function sendCommand(command: Command, args: Arguments, io: Io): Promise<Result> {
  const [state, configFile] = [textOption(args, 'state'), textOption(args, 'config')];
  if (isUnguardable(command) && targetIfAny(state, io) === null) return moveUnguarded(command, configFile, io);
  return send(findTarget(state, io), { kind: 'command', command }, configFile, io);
}

function commonOf(args: Arguments, io: Io): Common {
  return {
    prompt: args.positionals[0]!,
    by: textOption(args, 'by') ?? io.user,
    because: textOption(args, 'because') ?? '',
  };
}

function versionOf(args: Arguments): number {
  return wholeNumber(args.positionals[1]!, 'VERSION');
}

function toVersion(args: Arguments): number | null {
  const text = textOption(args, 'to');
  return text === undefined ? null : wholeNumber(text, '--to');
}
