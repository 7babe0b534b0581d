import { HELP_OPTION, type CommandSpec } from './command-spec';
import { COMMANDS, DEMO_SUMMARY } from './commands';
import { columns } from './table';

/** What `rampart help` prints. */
export function generalHelp(): string[] {
  const commands = Object.entries(COMMANDS).map(([name, { summary }]) => [`  ${name}`, summary]);
  return [
    'Guarded rollouts for LLM prompts kept in Langfuse.',
    '',
    'usage: rampart COMMAND [ARGUMENTS] [OPTIONS]',
    '',
    ...columns([
      ['  demo', DEMO_SUMMARY],
      ...commands,
      ['  help', 'Show this, or what a command takes: rampart help COMMAND'],
    ]),
    '',
    'Local state is in .rampart/ (or --state DIR); without it, RAMPART_TABLE names a deployment in AWS.',
    'Exit codes: 0 ok, 1 refused or failed, 2 usage, 3 configuration or credentials, 4 Langfuse unreachable, 130 interrupted.',
  ];
}

/** What `rampart help COMMAND` prints. */
export function commandHelp(
  name: string,
  { summary, positionals, options }: Pick<CommandSpec, 'summary' | 'positionals' | 'options'>,
): string[] {
  const words = positionals.map((word) => (word.endsWith('?') ? `[${word.slice(0, -1)}]` : word));
  const rows = Object.entries({ ...options, ...HELP_OPTION }).map(([option, { short, value, help }]) => {
    const names = `  ${short === undefined ? '' : `-${short}, `}--${option}`;
    return [value === undefined ? names : `${names} ${value}`, help];
  });
  return [`${summary}.`, '', `usage: ${['rampart', name, ...words, '[OPTIONS]'].join(' ')}`, '', ...columns(rows)];
}
