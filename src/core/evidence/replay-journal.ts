import { closeBlocks, emptyGuardrailState, type GuardrailState } from '../judging/guardrail-state';
import type { Experiment } from './experiment';
import { zeros, type UnitRecord } from './records';
import { changeSums, enterUnits } from './unit-sums';
import type { JournalLine } from './workspace';

type Stages = UnitRecord['st'];

/** A journal that is being replayed: the states as of the lines that were fed to it. */
export interface Replay {
  /** By pair, then by guardrail; changed in place. */
  readonly states: readonly (readonly GuardrailState[])[];
  feed(line: JournalLine): void;
}

/**
 * The guardrails' states that an experiment's journal leads to: the same functions in the same order as when it was written,
 * so the same numbers to the last digit.
 * @param lines of all the experiment's journal objects, oldest first, without their headers
 * @returns by pair, then by guardrail in the experiment's order
 */
export function replayJournal(lines: Iterable<JournalLine>, experiment: Experiment): Replay['states'] {
  const replay = startReplay(experiment);
  for (const line of lines) replay.feed(line);
  return replay.states;
}

/** A replay line by line, for whoever looks at the states on the way. */
export function startReplay(experiment: Experiment): Replay {
  const { versions, guardrails } = experiment;
  const states = versions.slice(1).map(() => guardrails.map((guardrail) => emptyGuardrailState(guardrail)));
  const units = new Map<string, Stages>();
  return { states, feed: (line) => replayLine(line, experiment, states, units) };
}

/** Looks at the open blocks of every pair and guardrail, and closes those that are due. Changes `states`. */
export function closeAllBlocks(
  states: readonly (readonly GuardrailState[])[],
  { guardrails, stages }: Pick<Experiment, 'guardrails' | 'stages'>,
  nowMs: number,
): void {
  const blockMs = (stage: number): number => stages[stage]?.blockMs ?? Infinity;
  for (const pair of states) {
    for (const [index, state] of pair.entries()) closeBlocks(state, guardrails[index]!, nowMs, blockMs);
  }
}

function replayLine(
  line: JournalLine,
  experiment: Experiment,
  states: Replay['states'],
  units: Map<string, Stages>,
): void {
  const guardrails = experiment.guardrails.length;
  switch (line[0]) {
    case 'unit':
      return;
    case 'add': {
      const [, key, stage, arm, , ...values] = line as ['add', string, number, number, number, ...number[]];
      const stages = stagesOf(units, key, stage, arm, guardrails);
      for (let i = 0; i < values.length; i += 2) {
        changeSums(states, stages, stage, values[i]!, values[i + 1]!, null);
      }
      return;
    }
    case 'edit': {
      const [, key, stage, arm, , guardrail, z, previousZ] = line as EditLine;
      const stages = stagesOf(units, key, stage, arm, guardrails);
      changeSums(states, stages, stage, guardrail, z, previousZ);
      return;
    }
    case 'enter': {
      const [, key, stage, arm, atMs, guardrail, z] = line as ['enter', string, number, number, number, number, number];
      enterUnits(states, { stage, arm, guardrail, key, z, atMs });
      return;
    }
    case 'tick':
      closeAllBlocks(states, experiment, line[1] as number);
      return;
    default:
      throw new Error(`journal: expected unit, add, edit, enter or tick, got ${String(line[0])}`);
  }
}

type EditLine = ['edit', string, number, number, number, number, number | null, number | null];

function stagesOf(units: Map<string, Stages>, key: string, stage: number, arm: number, guardrails: number): Stages {
  let stages = units.get(key);
  if (stages === undefined) units.set(key, (stages = []));
  if (!stages.some(([seen]) => seen === stage)) {
    stages.push([stage, arm, zeros(2 * guardrails)]);
  }
  return stages;
}
