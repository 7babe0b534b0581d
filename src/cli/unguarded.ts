import { createLangfuse } from '../adapters/langfuse/create-langfuse';
import { moveProduction } from '../app/move-production';
import type { CommandReport } from '../app/run-command';
import type { Command } from '../core/rollout/plan-command';
import { userConfig } from './deploy-ports';
import type { Io } from './io';
import { CommandProblem, configuring } from './problem';

/** True for a command that makes sense without a controller. */
export function isUnguardable(command: Command): command is Extract<Command, { kind: 'promote' | 'rollback' }> {
  return command.kind === 'promote' || command.kind === 'rollback';
}

/** Carries out a promotion or a rollback where no controller is deployed, by the keys of the environment. */
export async function moveUnguarded(
  command: Extract<Command, { kind: 'promote' | 'rollback' }>,
  configFile: string | undefined,
  io: Io,
): Promise<CommandReport> {
  if (command.kind === 'promote' && command.keepWatch) {
    throw new CommandProblem('usage', '--keep-watch: expected a controller that watches, got none that is deployed');
  }
  const { access, config } = await userConfig(null, configFile, io);
  const langfuse = configuring(() => createLangfuse({ ...access, timeoutMs: config.langfuse.timeoutMs }));
  return moveProduction(langfuse, command, config.settings.candidateLabel);
}
