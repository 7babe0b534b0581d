import { rememberMissing } from '../rollout/evidence';
import { keepHolds, type Finding } from '../rollout/keep-holds';
import { explainProvenHarm } from '../rollout/look';
import type { Action } from '../rollout/plan';
import { clip } from '../item/item-size';
import { activeVariants, deadlineMs, type Comparison, type ComparisonOutcome } from './comparison';
import { decide, decideAtDeadline, type Decision } from './decide';
import type { ComparisonEvidence } from './evidence';
import { findComparisonHolds } from './holds';
import { lookAtComparison, variantBounds, type ComparisonLook, type VariantLook } from './look';
import { comparisonFacts, dropVariant, endComparison, type ComparisonTransition, type Kept } from './transitions';
import { wordComparison, wordWidth } from './wording';

/** A comparison's transition, decided but not made. */
export interface ComparisonPlan extends ComparisonTransition {
  /** Plain sentences, most important first. */
  reasons: readonly string[];
  look: ComparisonLook;
}

/** A hold that is away for at most this long, or four ticks, is the same hold when it comes back. */
const CALM_MS = 3_600_000;
/** What keeps a comparison from ending even when its time is over: what happened has not been read, or nothing may be moved. */
const UNREAD: readonly Finding['kind'][] = ['provider_error', 'late_data', 'stable_missing', 'quiet_hours'];

/**
 * What to do with a running comparison, given what is known now. Pure. Harm is judged at every tick, held, paused or not, and
 * takes a variant out at once; a winner, no difference or the deadline ends it.
 */
export function planComparison(comparison: Comparison, given: ComparisonEvidence, nowMs: number): ComparisonPlan {
  const evidence = { ...given, labels: rememberMissing(comparison, given.labels) };
  const judged = evidence.judged?.experimentId === comparison.id ? evidence.judged : null;
  const look = lookAtComparison(counted(comparison, judged), judged?.states ?? []);
  const findings = findComparisonHolds(look, { ...evidence, judged }, nowMs);
  const held = planHold(look, findings, evidence, nowMs);
  const kept: Kept = { result: look.variants.map(({ difference }) => difference), journal: judged?.journal ?? null };
  return (
    planOvertaken(held, kept, evidence, nowMs) ??
    planHarm(held, kept, evidence, nowMs) ??
    planEnd(held, kept, findings, nowMs)
  );
}

function counted(comparison: Comparison, judged: ComparisonEvidence['judged']): Comparison {
  if (judged === null) return comparison;
  return { ...comparison, exposedUnits: judged.firstExposed.flat().reduce((sum, units) => sum + units, 0) };
}

function planHold(
  look: ComparisonLook,
  findings: readonly Finding[],
  { tickEveryMs }: ComparisonEvidence,
  nowMs: number,
): ComparisonPlan {
  const { comparison } = look;
  const context = {
    deadlines: comparison.policy.deadlines,
    facts: comparisonFacts(comparison),
    canPause: true,
    calmMs: Math.max(CALM_MS, 4 * tickEveryMs),
  };
  const { next, actions } = keepHolds(comparison, context, findings, nowMs);
  const reasons = findings.map(({ reason }) => reason);
  return { next: { ...comparison, ...next }, stable: comparison.stable, actions, reasons, look };
}

/** The plan with a further transition. */
function then(plan: ComparisonPlan, { next, stable, actions }: ComparisonTransition, reason: string): ComparisonPlan {
  return { ...plan, next, stable, actions: [...plan.actions, ...actions], reasons: [reason, ...plan.reasons] };
}

/** `production` was moved by somebody else: that version is served, and the comparison ends. */
function planOvertaken(
  held: ComparisonPlan,
  kept: Kept,
  { labels }: ComparisonEvidence,
  nowMs: number,
): ComparisonPlan | null {
  const { production, stableExists } = labels;
  const { stable } = held.next;
  if (production === 'unknown' || production === stable || (production === null && stableExists === false)) return null;
  const where = production === null ? 'no version' : `version ${production}`;
  const reason = `production was moved to ${where} by someone else`;
  const harmful = harmfulOf(held.look).map(({ arm }) => held.next.arms[arm]!.version);
  const quarantine = harmful.filter((version) => version !== production).map(quarantineOf);
  const outcome = outcomeOf({ code: 'production_moved', reason, by: 'label' }, nowMs);
  const ended = endComparison(held.next, outcome, kept, production);
  return then(held, { ...ended, actions: [...quarantine, ...ended.actions] }, reason);
}

function quarantineOf(version: number): Action {
  return { kind: 'quarantine', version };
}

/** Proven harm takes the variant out; without a stable version nothing may be moved, and a person is paged. */
function planHarm(
  held: ComparisonPlan,
  kept: Kept,
  { labels }: ComparisonEvidence,
  nowMs: number,
): ComparisonPlan | null {
  const harmful = harmfulOf(held.look);
  if (harmful.length === 0) return null;
  if (labels.stableExists === false) return planFrozen(held, harmful, nowMs);
  let plan = held;
  for (const variant of harmful) {
    const cause = harmOf(held.look, variant);
    const { name } = held.next.arms[variant.arm]!;
    plan = then(plan, dropVariant(plan.next, variant.arm, cause, nowMs), `${name} is harmful: ${cause.reason}`);
  }
  if (activeVariants(plan.next).length > 0) return plan;
  const reason = 'every variant was harmful; everyone gets the stable version';
  const ended = endComparison(plan.next, outcomeOf({ code: 'all_dropped', reason, by: 'controller' }, nowMs), kept);
  return then(plan, ended, reason);
}

function harmfulOf({ comparison, variants }: ComparisonLook): VariantLook[] {
  return variants.filter(({ arm, isHarmProven }) => isHarmProven && comparison.arms[arm]!.dropped === null);
}

function harmOf({ comparison }: ComparisonLook, { verdicts, harm }: VariantLook) {
  return explainProvenHarm(verdicts, harm, variantBounds(comparison).alpha);
}

function planFrozen(held: ComparisonPlan, harmful: readonly VariantLook[], nowMs: number): ComparisonPlan {
  const [first] = harmful;
  const { name } = held.next.arms[first!.arm]!;
  const { reason, guardrail } = harmOf(held.look, first!);
  const reasons = [`${name} is harmful, but there is no stable version to go back to: ${reason}`, ...held.reasons];
  const isTold = held.next.clocks.some(({ kind, pagedAtMs }) => kind === 'stable_missing' && pagedAtMs !== null);
  const isPaged = held.actions.some((action) => action.kind === 'alert' && action.severity === 'page');
  if (isTold || isPaged) return { ...held, reasons };
  const facts = comparisonFacts(held.next);
  const detail = { ...facts, variant: name, guardrail: guardrail && clip(guardrail), reason: clip(reason) };
  const page: Action = { kind: 'alert', alert: 'harm_while_frozen', severity: 'page', detail };
  const clocks = held.next.clocks.map((clock) =>
    clock.kind === 'stable_missing' ? { ...clock, pagedAtMs: nowMs } : clock,
  );
  return { ...held, next: { ...held.next, clocks }, actions: [...held.actions, page], reasons };
}

/** A winner, no difference that matters, or the end of the time. */
function planEnd(held: ComparisonPlan, kept: Kept, findings: readonly Finding[], nowMs: number): ComparisonPlan {
  const { next, look } = held;
  const isOver = nowMs >= deadlineMs(next);
  if (next.pause !== null) return { ...held, reasons: [`paused by ${next.pause.by}: ${next.pause.because}`] };
  if (findings.some(({ kind }) => UNREAD.includes(kind)) || (findings.length > 0 && !isOver)) return held;
  const [fault] = findings;
  const decision = fault === undefined ? (isOver ? decideAtDeadline(look) : decide(look)) : null;
  if (decision === null) {
    if (!isOver) return { ...held, reasons: ['not decided yet', ...describe(look)] };
    const reason = `undecided when the time was over${fault === undefined ? '' : `: ${fault.reason}`}`;
    return end(held, kept, { code: 'undecided', reason }, null, nowMs);
  }
  const isWaiting = decision.kind === 'winner' && decision.arm > 0 && !isOver && mustWait(look, decision.arm);
  if (isWaiting) {
    const { name } = next.arms[decision.arm]!;
    return { ...held, reasons: [`${name} is better, but not proven safe on every guardrail yet`, ...describe(look)] };
  }
  return end(held, kept, { code: decision.kind, reason: reasonOf(look, decision) }, decision, nowMs);
}

/** A direct promotion needs the proof that a rollout would have needed. */
function mustWait({ comparison, variants }: ComparisonLook, arm: number): boolean {
  return comparison.onWinner === 'promote' && variants[arm - 1]?.isSafe !== true;
}

function end(
  held: ComparisonPlan,
  kept: Kept,
  { code, reason }: { code: ComparisonOutcome['code']; reason: string },
  decision: Decision | null,
  nowMs: number,
): ComparisonPlan {
  const arm = decision?.kind === 'winner' ? decision.arm : null;
  const outcome = {
    ...outcomeOf({ code, reason, by: 'controller' }, nowMs),
    winner: arm === null ? null : held.next.arms[arm]!.name,
    isWinnerSafe: arm !== null && arm > 0 && held.look.variants[arm - 1]!.isSafe,
  };
  return then(held, endComparison(held.next, outcome, kept), reason);
}

function outcomeOf(cause: Pick<ComparisonOutcome, 'code' | 'reason' | 'by'>, nowMs: number): ComparisonOutcome {
  return { ...cause, winner: null, isWinnerSafe: false, atMs: nowMs };
}

function reasonOf(look: ComparisonLook, decision: Decision): string {
  const { comparison } = look;
  const facts = describe(look);
  if (decision.kind === 'no_difference')
    return `no difference larger than the margin of ${wordWidth(comparison)}: ${facts.join('; ')}`;
  const control = comparison.arms[0]!.name;
  if (decision.arm === 0) return `every variant is worse than ${control}: ${facts.join('; ')}`;
  const { name } = comparison.arms[decision.arm]!;
  return `${name} is better than ${control}: ${wordComparison(comparison, look.variants[decision.arm - 1]!.difference)}`;
}

/** Each variant in the race with its difference. */
function describe({ comparison, variants }: ComparisonLook): string[] {
  return activeVariants(comparison).map((arm) => {
    return `${comparison.arms[arm]!.name}: ${wordComparison(comparison, variants[arm - 1]!.difference)}`;
  });
}
