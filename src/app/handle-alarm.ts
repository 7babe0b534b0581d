import { isTerminal } from '../core/rollout/rollout';
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
 * alarm that was on before says nothing about the candidate, and must not block the fix.
 */
export async function handleAlarm(controller: Controller, alarm: AlarmChange, nowMs: number): Promise<AlarmReport> {
  const report: AlarmReport = { rolledBack: [], ignored: [] };
  const ignore = (prompt: string, why: string): void => {
    report.ignored.push({ prompt, why });
    controller.log({ level: 'info', event: 'alarm_ignored', prompt, alarm: alarm.name, why });
  };
  const prompts = controller.settings.alarms[alarm.name] ?? [];
  if (prompts.length === 0) ignore('*', 'no prompt is mapped to this alarm');
  for (const prompt of prompts) {
    const rollout = (await controller.store.read(prompt))?.rollout ?? null;
    if (alarm.state !== 'ALARM') ignore(prompt, `the alarm changed to ${alarm.state}`);
    else if (rollout === null || isTerminal(rollout.phase)) ignore(prompt, 'no rollout is running');
    else if (alarm.changedAtMs < rollout.startedAtMs) ignore(prompt, 'the alarm was on before the rollout began');
    else if (rollout.promotedByHand !== null && !rollout.promotedByHand.keepWatch) {
      ignore(prompt, 'a person promoted it; nothing is rolled back by itself from then on');
    } else {
      const by = `alarm:${alarm.name}`;
      const because = `CloudWatch alarm ${alarm.name} went to ALARM at ${new Date(alarm.changedAtMs).toISOString()}`;
      try {
        await runCommand(controller, { kind: 'rollback', prompt, by, because, toVersion: null }, nowMs);
        report.rolledBack.push(prompt);
      } catch (error) {
        if (!isRampartError(error, 'refused')) throw error;
        ignore(prompt, error.message);
      }
    }
  }
  return report;
}
