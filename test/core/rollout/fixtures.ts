import type { ExperimentEvidence } from '../../../src/core/evidence/manifest';
import type { PromptItem } from '../../../src/core/item/prompt-item';
import { emptyItem, nextItem } from '../../../src/core/item/next-item';
import type { FrozenGuardrail } from '../../../src/core/judging/guardrail';
import { emptyGuardrailState, type GuardrailState } from '../../../src/core/judging/guardrail-state';
import type { ArmCounts, LabelFacts, RolloutEvidence, TickEvidence } from '../../../src/core/rollout/evidence';
import type { Action } from '../../../src/core/rollout/plan';
import { startRollout } from '../../../src/core/rollout/plan-start';
import type { Rollout } from '../../../src/core/rollout/rollout';
import { beginWatch, promote } from '../../../src/core/rollout/transitions';
import { binaryGuardrail } from '../judging/fixtures';
import { policyOf } from '../policy/example-policy';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
export const TICK_MS = 15 * MINUTE_MS;
/** A Monday. */
export const START_MS = Date.UTC(2026, 0, 12);
export const STABLE = 3;
export const CANDIDATE = 4;

export const GUARDRAIL: FrozenGuardrail = binaryGuardrail();

/** A rollout of version 4 against 3, one guardrail, at its first step since {@link START_MS}. */
export function rolloutOf(
  policy: object = {},
  changes: Partial<Rollout> = {},
  guardrails: readonly FrozenGuardrail[] = [GUARDRAIL],
): Rollout {
  const { rollout } = startRollout(
    {
      prompt: 'greeting',
      stable: STABLE,
      candidate: CANDIDATE,
      startedBy: 'label',
      labelledAtStart: CANDIDATE,
      policy: policyOf(policy),
      policySources: {},
      policyHash: 'hash',
      guardrails,
      warnings: [],
    },
    START_MS,
  );
  return { ...rollout, ...changes };
}

/** The same at a given step, since `fromMs`. */
export function atStep(step: number, policy: object = {}, fromMs = START_MS): Rollout {
  const rollout = rolloutOf(policy);
  const stages = rollout.policy.steps.slice(0, step + 1).map(({ percent }, index) => ({
    step: index,
    percent,
    fromMs: START_MS,
    toMs: index === step ? null : fromMs,
  }));
  return { ...rollout, stages: stages.map((stage, index) => (index === step ? { ...stage, fromMs } : stage)) };
}

/** Promoted at `atMs` after the last step, `production` not seen on the candidate yet. */
export function promoting(policy: object = {}, atMs = START_MS + 2 * DAY_MS): Rollout {
  return promote(atStep(1, policy, START_MS + DAY_MS), {}, atMs).next;
}

/** Promoted, `production` seen on the candidate at `atMs`. */
export function watching(policy: object = {}, atMs = START_MS + 2 * DAY_MS): Rollout {
  return beginWatch(promoting(policy, atMs), atMs).next;
}

export const LABELS: LabelFacts = { production: STABLE, candidate: CANDIDATE, stableExists: true };

/** Labels as they are when nobody interferes. */
export function labelsOf(rollout: Rollout): LabelFacts {
  const isMoved = rollout.phase === 'watching' || rollout.phase === 'promoted';
  return { ...LABELS, production: isMoved ? rollout.candidate : rollout.stable };
}

/** What one guardrail's evidence shows, by its e-values: ln 20 = 3.0 is the bar at 0.05. */
export interface Seen {
  /** ln e of harm. */
  harm?: number;
  /** ln e of non-inferiority at three margins, and at one. */
  gate?: number;
  safe?: number;
  /** Candidate's mean less stable's. */
  difference?: number;
  /** Units per arm in the present stage. */
  units?: number;
  refused?: number;
}

/** A guardrail's state whose engine B holds these e-values; engine A sees the units and their difference. */
export function stateOf(guardrail: FrozenGuardrail, stages: number, seen: Seen): GuardrailState {
  const state = emptyGuardrailState(guardrail);
  const { harm = 0, gate = 0, safe = 0, difference = 0, units = 100, refused = 0 } = seen;
  const mean = 0.8;
  const arm = (y: number) => ({ units, m: units, y: units * y, mm: units, yy: units * y, ym: units * y });
  for (let index = 0; index < stages; index++) {
    for (let other = 0; other < index; other++) {
      state.cross.push([0, 1, 2, 3].map(() => ({ yy: 0, ym: 0, my: 0, mm: 0 })));
    }
    state.stages.push({ stable: arm(mean), candidate: arm(mean + difference), open: null });
  }
  const all = (logs: number[], value: number): number[] => logs.map(() => value);
  state.logs = { harm: all(state.logs.harm, harm), gate: all(state.logs.gate, gate), safe: all(state.logs.safe, safe) };
  state.units = { stable: units * stages, candidate: units * stages };
  state.refused = refused;
  return state;
}

/** Evidence in order: fresh rows in both arms, shares as planned, enough units, and what is seen of each guardrail. */
export function judgedOf(rollout: Rollout, nowMs: number, seen: Seen | readonly Seen[] = {}): RolloutEvidence {
  const each = Array.isArray(seen) ? (seen as readonly Seen[]) : rollout.guardrails.map(() => seen as Seen);
  const units = each[0]?.units ?? 100;
  return {
    states: rollout.guardrails.map((guardrail, i) => stateOf(guardrail, rollout.stages.length, each[i] ?? {})),
    firstExposed: rollout.stages.map(({ percent }) => ({ stable: 1000 - 10 * percent, candidate: 10 * percent })),
    stageUnits: rollout.stages.map(() => ({ stable: units, candidate: units })),
    hours: [{ hourMs: nowMs - HOUR_MS, used: 200, unusable: {} }],
    newestMs: { stable: nowMs - rollout.policy.settleMs, candidate: nowMs - rollout.policy.settleMs },
    exposedUnits: units,
  };
}

/** The same as it is stored: arms by index. */
export function storedOf(rollout: Rollout, nowMs: number, seen: Seen | readonly Seen[] = {}): ExperimentEvidence {
  const judged = judgedOf(rollout, nowMs, seen);
  const byArm = ({ stable, candidate }: ArmCounts): number[] => [stable, candidate];
  return {
    experimentId: rollout.id,
    states: [[...judged.states]],
    firstExposed: judged.firstExposed.map(byArm),
    stageUnits: judged.stageUnits.map(byArm),
    hours: [...judged.hours],
    newestMs: byArm(judged.newestMs),
    exposedUnits: judged.exposedUnits,
    units: null,
    due: [],
    journal: null,
  };
}

export const HARM: Seen = { harm: 20, difference: -0.2 };
export const SAFE: Seen = { gate: 20, safe: 20 };
export const UNDECIDED: Seen = {};

/** Everything a tick knows when all is well, changed where a test says so. */
export function evidenceOf(
  rollout: Rollout,
  nowMs: number,
  changes: Partial<Omit<TickEvidence, 'judged' | 'labels'>> & {
    seen?: Seen | readonly Seen[];
    judged?: Partial<RolloutEvidence> | null;
    labels?: Partial<LabelFacts>;
  } = {},
): TickEvidence {
  const { seen, judged, labels, ...others } = changes;
  return {
    judged: judged === null ? null : { ...judgedOf(rollout, nowMs, seen ?? {}), ...judged },
    readThroughMs: nowMs - rollout.policy.settleMs,
    providerProblem: null,
    labels: { ...labelsOf(rollout), ...labels },
    isAssignmentServed: true,
    tickEveryMs: TICK_MS,
    verifyDeadlineMs: 30 * MINUTE_MS,
    ...others,
  };
}

/** An item that holds a rollout. */
export function itemOf(rollout: Rollout | null, changes: Partial<PromptItem> = {}): PromptItem {
  const item = nextItem(
    emptyItem('greeting', STABLE, START_MS),
    { rollout, stable: STABLE, actions: [], by: 'test' },
    START_MS,
  );
  return { ...item, ...changes };
}

export function alertsOf({ actions }: { actions: readonly Action[] }): string[] {
  return actions.flatMap((action) => (action.kind === 'alert' ? [action.alert] : []));
}

export function auditsOf({ actions }: { actions: readonly Action[] }): string[] {
  return actions.flatMap((action) => (action.kind === 'audit' ? [action.event] : []));
}

export function labelMovesOf({ actions }: { actions: readonly Action[] }): number[] {
  return actions.flatMap((action) => (action.kind === 'label' ? [action.version] : []));
}
