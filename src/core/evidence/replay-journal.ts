import { closeBlocks, emptyGuardrailState, enterUnit, type GuardrailState } from '../judging/guardrail-state';
import type { Rollout } from '../rollout/rollout';
import { blockLengthMs } from './block-length';
import type { UnitRecord } from './records';
import { ARMS, changeSums } from './unit-sums';
import type { JournalLine } from './workspace';

type Stages = UnitRecord['st'];

/**
 * The guardrails' states that a rollout's journal leads to: the same functions in the same order as when it was written,
 * so the same numbers to the last digit.
 * @param lines of all the rollout's journal objects, oldest first, without their headers
 * @returns one state per guardrail, in the rollout's order
 */
export function replayJournal(lines: Iterable<JournalLine>, rollout: Rollout): GuardrailState[] {
  const states = rollout.guardrails.map((guardrail) => emptyGuardrailState(guardrail));
  const units = new Map<string, Stages>();
  for (const line of lines) replayLine(line, rollout, states, units);
  return states;
}

function replayLine(line: JournalLine, rollout: Rollout, states: GuardrailState[], units: Map<string, Stages>): void {
  switch (line[0]) {
    case 'unit':
      return;
    case 'add': {
      const [, key, stage, arm, , ...values] = line as ['add', string, number, 0 | 1, number, ...number[]];
      const stages = stagesOf(units, key, stage, arm, states.length);
      for (let i = 0; i < values.length; i += 2) {
        const guardrail = values[i]!;
        changeSums(states[guardrail]!, stages, { stage, guardrail }, { z: values[i + 1]!, previousZ: null });
      }
      return;
    }
    case 'edit': {
      const [, key, stage, arm, , guardrail, z, previousZ] = line as EditLine;
      const stages = stagesOf(units, key, stage, arm, states.length);
      changeSums(states[guardrail]!, stages, { stage, guardrail }, { z, previousZ });
      return;
    }
    case 'enter': {
      const [, key, stage, arm, atMs, guardrail, z] = line as ['enter', string, number, 0 | 1, number, number, number];
      enterUnit(states[guardrail]!, { stage, arm: ARMS[arm], key, z, atMs });
      return;
    }
    case 'tick':
      for (const [index, state] of states.entries()) {
        closeBlocks(state, rollout.guardrails[index]!, line[1] as number, (stage) => blockLengthMs(rollout, stage));
      }
      return;
    default:
      throw new Error(`journal: expected unit, add, edit, enter or tick, got ${String(line[0])}`);
  }
}

type EditLine = ['edit', string, number, 0 | 1, number, number, number | null, number | null];

function stagesOf(units: Map<string, Stages>, key: string, stage: number, arm: 0 | 1, guardrails: number): Stages {
  let stages = units.get(key);
  if (stages === undefined) units.set(key, (stages = []));
  if (!stages.some(([seen]) => seen === stage)) {
    stages.push([stage, arm, Array.from({ length: 2 * guardrails }, () => 0)]);
  }
  return stages;
}
