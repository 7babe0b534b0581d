import { isRampartError } from '../core/errors';
import type { Controller } from './controller';
import { runCommand } from './run-command';

/** A CloudWatch alarm's change of state. */
export interface AlarmChange {
  name: string;
  state: 'ALARM' | 'OK' | 'INSUFFICIENT_DATA';
  /** When it changed to that state, ms. */
  changedAtMs: number;
}

export interface AlarmReport {
  rolledBack: string[];
  /** Prompts (or `*`) that nothing was done for, and why. */
  ignored: { prompt: string; why: string }[];
}

/**
 * A change to ALARM after the rollout began rolls back the prompts mapped to that alarm; everything else is only logged. An
 * alarm that was on before says nothing about the candidate, and must not block the fix. A prompt that fails stops no other.
 * @throws the first failure, after every prompt has been tried
 */
export async function handleAlarm(controller: Controller, alarm: AlarmChange, nowMs: number): Promise<AlarmReport> {
  const report: AlarmReport = { rolledBack: [], ignored: [] };
  const ignore = (prompt: string, why: string): void => {
    report.ignored.push({ prompt, why });
    controller.log({ level: 'info', event: 'alarm_ignored', prompt, alarm: alarm.name, why });
  };
  const prompts = controller.settings.alarms[alarm.name] ?? [];
  if (prompts.length === 0) ignore('*', 'no prompt is mapped to this alarm');
  const failures: unknown[] = [];
  for (const prompt of prompts) {
    if (alarm.state !== 'ALARM') {
      ignore(prompt, `the alarm changed to ${alarm.state}`);
      continue;
    }
    try {
      await rollBackFor(controller, alarm, prompt, nowMs);
      report.rolledBack.push(prompt);
    } catch (error) {
      if (isRampartError(error, 'refused')) ignore(prompt, error.message);
      else failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
  return report;
}

async function rollBackFor(controller: Controller, alarm: AlarmChange, prompt: string, nowMs: number): Promise<void> {
  const because = `CloudWatch alarm ${alarm.name} went to ALARM at ${new Date(alarm.changedAtMs).toISOString()}`;
  await runCommand(
    controller,
    {
      kind: 'rollback',
      prompt,
      by: `alarm:${alarm.name}`,
      because,
      toVersion: null,
      alarmedAtMs: alarm.changedAtMs,
    },
    nowMs,
  );
}
