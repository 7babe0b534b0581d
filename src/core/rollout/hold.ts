import type { CombinedHarm } from '../judging/judge';
import type { Verdict } from '../judging/verdict';
import { formatDuration } from '../policy/duration';
import type { MissingKind } from '../policy/policy';
import { inQuietHours } from '../policy/quiet-hours';
import { srmLogE } from '../stats/srm';
import { rowCounts, type TickEvidence } from './evidence';
import type { Action } from './plan';
import { currentStage, type Hold, type HoldKind, type Rollout } from './rollout';
import { clip, factsOf } from './transitions';

/** Fewer rows than this say nothing about the share that cannot be used. */
const MIN_COUNTED_ROWS = 20;
const HOUR_MS = 3_600_000;

type Finding = { kind: HoldKind; reason: string };

/**
 * What keeps the rollout from advancing now, most severe first; null = nothing does. No data, late data, a provider error
 * and an inconclusive result are four different things, and none of them is a pass.
 */
export function findHold(
  rollout: Rollout,
  evidence: TickEvidence,
  verdicts: readonly Verdict[],
  harm: CombinedHarm,
  nowMs: number,
): Finding | null {
  const missing =
    stableMissing(rollout, evidence) ??
    providerError(evidence) ??
    lateData(rollout, evidence, nowMs) ??
    dataFault(rollout, evidence) ??
    bothArmsBroken(harm) ??
    noData(rollout, evidence, nowMs);
  if (missing !== null || rollout.phase !== 'ramping') return missing;
  return baking(rollout, nowMs) ?? unproven(rollout, evidence, verdicts) ?? quietHours(rollout, nowMs);
}

function stableMissing(rollout: Rollout, { labels }: TickEvidence): Finding | null {
  if (labels.stableExists !== false) return null;
  return {
    kind: 'stable_missing',
    reason: `the stable version ${rollout.stable} no longer exists in Langfuse; nothing is moved until a person decides`,
  };
}

function providerError({ providerProblem }: TickEvidence): Finding | null {
  return providerProblem === null ? null : { kind: 'provider_error', reason: clip(providerProblem) };
}

function lateData(rollout: Rollout, evidence: TickEvidence, nowMs: number): Finding | null {
  const lagMs = nowMs - evidence.readThroughMs - rollout.policy.settleMs;
  if (lagMs <= 2 * evidence.tickEveryMs) return null;
  return {
    kind: 'late_data',
    reason: `the evidence is ${formatDuration(lagMs)} behind what should have been read by now`,
  };
}

function dataFault(rollout: Rollout, { judged }: TickEvidence): Finding | null {
  if (judged === null) return null;
  const { used, unusable, reasons } = rowCounts(judged.hours);
  const share = unusable / Math.max(1, used + unusable);
  if (used + unusable >= MIN_COUNTED_ROWS && share > rollout.policy.maxUnusableShare) {
    const percent = (100 * share).toFixed(1);
    return {
      kind: 'data_fault',
      reason: `${percent} % of the last rows cannot be used (${reasons}); at most ${100 * rollout.policy.maxUnusableShare} % is expected`,
    };
  }
  const counts = judged.firstExposed.flatMap((units, index) => {
    const share = (rollout.stages[index]?.percent ?? 0) / 100;
    if (share <= 0 || share >= 1) return [];
    return [{ observed: [units.stable, units.candidate], weights: [1 - share, share] }];
  });
  if (srmLogE(counts) < Math.log(1 / rollout.policy.alphaSrm)) return null;
  const last = judged.firstExposed.at(-1) ?? { stable: 0, candidate: 0 };
  return {
    kind: 'data_fault',
    reason: `units do not arrive in the planned shares (sample ratio mismatch): ${last.candidate} of ${last.candidate + last.stable} new units are in the candidate arm at ${currentStage(rollout).percent} %`,
  };
}

function bothArmsBroken({ bothArmsBroken: broken }: CombinedHarm): Finding | null {
  if (broken.length === 0) return null;
  return { kind: 'both_arms_broken', reason: `the stable version is past its own limit too: ${broken.join(', ')}` };
}

function noData(rollout: Rollout, evidence: TickEvidence, nowMs: number): Finding | null {
  const stage = currentStage(rollout);
  const bakeMs = rollout.policy.steps[stage.step]?.bakeMs ?? rollout.policy.watchMs;
  const quietMs = Math.max(2 * evidence.tickEveryMs, Math.min(HOUR_MS, bakeMs / 2));
  for (const arm of ['candidate', 'stable'] as const) {
    if (arm === 'stable' && stage.percent >= 100) continue;
    const newestMs = Math.max(evidence.judged?.newestMs[arm] ?? 0, stage.fromMs);
    const silentMs = nowMs - rollout.policy.settleMs - newestMs;
    if (silentMs > quietMs) {
      return { kind: 'no_data', reason: `no usable ${arm} traffic for ${formatDuration(silentMs)}` };
    }
  }
  return null;
}

function baking(rollout: Rollout, nowMs: number): Finding | null {
  const stage = currentStage(rollout);
  const step = rollout.policy.steps[stage.step];
  const leftMs = stage.fromMs + (step?.bakeMs ?? 0) - nowMs;
  if (step === undefined || leftMs <= 0) return null;
  return { kind: 'baking', reason: `at ${stage.percent} % for another ${formatDuration(leftMs)}` };
}

function unproven(rollout: Rollout, { judged }: TickEvidence, verdicts: readonly Verdict[]): Finding | null {
  const stage = rollout.stages.length - 1;
  const units = judged?.stageUnits[stage] ?? { stable: 0, candidate: 0 };
  const fewest = Math.min(units.stable, units.candidate);
  if (fewest < rollout.policy.minUnits) {
    return {
      kind: 'inconclusive',
      reason: `${fewest} units in the smaller arm, at least ${rollout.policy.minUnits} are needed`,
    };
  }
  const open = verdicts.filter((verdict) => !isProvenSafe(rollout, verdict));
  if (open.length === 0) return null;
  return {
    kind: 'inconclusive',
    reason: clip(`not proven safe yet: ${open.map((verdict) => verdict.reason).join(' | ')}`),
  };
}

/** Non-inferiority at the stage's margin: three times the margin before the last step, the margin itself at the last. */
function isProvenSafe(rollout: Rollout, verdict: Verdict): boolean {
  const guardrail = rollout.guardrails.find(({ id }) => id === verdict.guardrail);
  if (guardrail?.gatesPromotion === false) return true;
  if (verdict.difference === null) return false;
  const isLastStep = currentStage(rollout).step >= rollout.policy.steps.length - 1;
  const peak = rollout.peaks.perGuardrail[verdict.guardrail];
  const proof = isLastStep ? peak?.safe : peak?.gate;
  const margin = isLastStep ? verdict.delta : 3 * verdict.delta;
  return (proof ?? 0) >= Math.log(1 / rollout.policy.beta) && verdict.difference + margin > 0;
}

function quietHours(rollout: Rollout, nowMs: number): Finding | null {
  return inQuietHours(rollout.policy.quietHours, nowMs)
    ? { kind: 'quiet_hours', reason: 'proven safe for this step; no step is taken in quiet hours' }
    : null;
}

/** The deadlines of a hold. Baking and quiet hours have none. */
function deadlineOf(rollout: Rollout, kind: HoldKind): { alertMs: number; pauseMs: number } | null {
  if (kind === 'baking' || kind === 'quiet_hours') return null;
  if (kind === 'stable_missing') return { alertMs: 0, pauseMs: Infinity };
  const missing: MissingKind = kind === 'both_arms_broken' ? 'data_fault' : kind;
  return rollout.policy.deadlines[missing];
}

/** The rollout with this hold, and what its age calls for: first an alert, then a pause. */
export function keepHold(
  rollout: Rollout,
  finding: Finding | null,
  nowMs: number,
): { next: Rollout; actions: Action[] } {
  if (finding === null) return { next: { ...rollout, hold: null }, actions: [] };
  const before = rollout.hold?.kind === finding.kind ? rollout.hold : null;
  const hold: Hold = { sinceMs: nowMs, alertedAtMs: null, ...before, ...finding };
  const actions: Action[] = [];
  const detail = { ...factsOf(rollout), hold: hold.kind, reason: hold.reason };
  if (before === null) actions.push({ kind: 'audit', event: 'held', detail });
  const deadline = deadlineOf(rollout, hold.kind);
  const ageMs = nowMs - hold.sinceMs;
  if (deadline !== null && ageMs >= deadline.alertMs && hold.alertedAtMs === null) {
    hold.alertedAtMs = nowMs;
    const severity = hold.kind === 'stable_missing' ? 'page' : 'warning';
    actions.push({ kind: 'alert', alert: `held_${hold.kind}`, severity, detail });
  }
  const next = { ...rollout, hold };
  const isDue = deadline !== null && ageMs >= deadline.pauseMs && rollout.phase === 'ramping';
  if (!isDue || rollout.pause !== null) return { next, actions };
  const because = `held for ${formatDuration(ageMs)}: ${hold.reason}`;
  actions.push({ kind: 'audit', event: 'paused', detail: { ...detail, because: clip(because) } });
  actions.push({ kind: 'alert', alert: 'paused_by_deadline', severity: 'warning', detail });
  return { next: { ...next, pause: { by: `deadline:${hold.kind}`, because: clip(because), atMs: nowMs } }, actions };
}
