import type { CombinedHarm } from '../judging/judge';
import type { Verdict } from '../judging/verdict';
import { clip } from '../item/item-size';
import { formatRoughly } from '../policy/duration';
import type { MissingKind } from '../policy/policy';
import { inQuietHours } from '../policy/quiet-hours';
import { srmLogE } from '../stats/srm';
import { rowCounts, type TickEvidence } from './evidence';
import type { Look } from './look';
import type { Action } from './plan';
import { currentStage, type HoldClock, type HoldKind, type Pause, type Rollout } from './rollout';
import { factsOf } from './transitions';

/** Fewer rows than this say nothing about the share that cannot be used. */
const MIN_COUNTED_ROWS = 20;
const HOUR_MS = 3_600_000;

/** Something that keeps a rollout from advancing, as seen by one tick. */
export type Finding = { kind: HoldKind; reason: string };

/**
 * Everything that keeps the rollout from advancing now, most severe first; empty = nothing does. No data, late data, a
 * provider error and an inconclusive result are four different things, and none of them is a pass.
 */
export function findHolds({ rollout, verdicts, harm }: Look, evidence: TickEvidence, nowMs: number): Finding[] {
  const missing = [
    stableMissing(rollout, evidence),
    providerError(evidence) ?? lateData(rollout, evidence, nowMs),
    dataFault(rollout, evidence),
    bothArmsBroken(harm),
    noData(rollout, evidence, nowMs),
  ];
  if (rollout.phase === 'ramping') missing.push(baking(rollout, nowMs) ?? unproven(rollout, evidence, verdicts));
  const findings = missing.filter((finding) => finding !== null);
  const quiet = findings.length === 0 && rollout.phase === 'ramping' ? quietHours(rollout, nowMs) : null;
  return quiet === null ? findings : [quiet];
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
    reason: `the evidence is ${formatRoughly(lagMs)} behind what should have been read by now`,
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
  const evenQuietMs = Math.max(2 * evidence.tickEveryMs, Math.min(HOUR_MS, bakeMs / 2));
  const knownToMs = Math.min(nowMs - rollout.policy.settleMs, evidence.readThroughMs);
  for (const arm of ['candidate', 'stable'] as const) {
    const percent = arm === 'candidate' ? stage.percent : 100 - stage.percent;
    if (percent <= 0) continue;
    // A smaller arm is silent for longer without anything being wrong.
    const quietMs = evenQuietMs * Math.max(1, 50 / percent);
    const newestMs = Math.max(evidence.judged?.newestMs[arm] ?? 0, stage.fromMs);
    const silentMs = knownToMs - newestMs;
    if (silentMs > quietMs) {
      return { kind: 'no_data', reason: `no usable ${arm} traffic for ${formatRoughly(silentMs)}` };
    }
  }
  return null;
}

function baking(rollout: Rollout, nowMs: number): Finding | null {
  const stage = currentStage(rollout);
  const step = rollout.policy.steps[stage.step];
  const leftMs = stage.fromMs + (step?.bakeMs ?? 0) - nowMs;
  if (step === undefined || leftMs <= 0) return null;
  return { kind: 'baking', reason: `at ${stage.percent} % for another ${formatRoughly(leftMs)}` };
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
  const byId = new Map(verdicts.map((verdict) => [verdict.guardrail, verdict]));
  const open = rollout.guardrails.flatMap(({ id, gatesPromotion }, index) => {
    const verdict = byId.get(id);
    const hasRefused = (judged?.states[index]?.refused ?? 0) > 0;
    if (!gatesPromotion || (verdict !== undefined && !hasRefused && isProvenSafe(rollout, verdict))) return [];
    return [verdict?.reason ?? `${id} has not been judged`];
  });
  if (open.length === 0) return null;
  return { kind: 'inconclusive', reason: clip(`not proven safe yet: ${open.join(' | ')}`) };
}

/**
 * Non-inferiority at the stage's margin: three times the margin before the last step, the margin itself at the last. The
 * largest e-value so far counts, and the difference must be inside the margin now.
 */
function isProvenSafe(rollout: Rollout, verdict: Verdict): boolean {
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

/** The deadlines of a hold. Baking and quiet hours have none; a frozen rollout pages at once and needs no pause. */
function deadlineOf(rollout: Rollout, kind: HoldKind): { alertMs: number; pauseMs: number } | null {
  if (kind === 'baking' || kind === 'quiet_hours') return null;
  if (kind === 'stable_missing') return { alertMs: 0, pauseMs: Infinity };
  const missing: MissingKind = kind === 'both_arms_broken' ? 'data_fault' : kind;
  return rollout.policy.deadlines[missing];
}

/**
 * The rollout with what holds it now, and what the age of each hold calls for: first an alert, then a pause.
 * @param calmMs a hold that was not seen for longer than this is over; one that comes back sooner never ended
 */
export function keepHolds(
  rollout: Rollout,
  findings: readonly Finding[],
  calmMs: number,
  nowMs: number,
): { next: Rollout; actions: Action[] } {
  const actions: Action[] = [];
  const clocks = rollout.clocks.filter(({ seenMs }) => nowMs - seenMs <= calmMs);
  let { pause } = rollout;
  for (const finding of findings) {
    const index = clocks.findIndex(({ kind }) => kind === finding.kind);
    const before = clocks[index] ?? null;
    const clock = before ?? { kind: finding.kind, sinceMs: nowMs, alertedAtMs: null, pagedAtMs: null };
    const due = dueOf(rollout, finding, clock, nowMs);
    const detail = { ...factsOf(rollout), hold: finding.kind, reason: clip(finding.reason) };
    if (before === null && finding.kind !== 'baking') actions.push({ kind: 'audit', event: 'held', detail });
    if (due.isAlert) {
      const severity = finding.kind === 'stable_missing' ? 'page' : 'warning';
      actions.push({ kind: 'alert', alert: `held_${finding.kind}`, severity, detail });
    }
    const kept: HoldClock = { ...clock, seenMs: nowMs, alertedAtMs: due.isAlert ? nowMs : clock.alertedAtMs };
    clocks.splice(index < 0 ? clocks.length : index, 1, kept);
    if (!due.isPause || pause !== null) continue;
    pause = pauseFor(finding, nowMs - clock.sinceMs, nowMs);
    actions.push({ kind: 'audit', event: 'paused', detail: { ...detail, because: pause.because } });
    actions.push({ kind: 'alert', alert: 'paused_by_deadline', severity: 'warning', detail });
  }
  return { next: { ...rollout, hold: shown(findings, clocks), clocks, pause }, actions };
}

function dueOf(
  rollout: Rollout,
  finding: Finding,
  clock: Pick<HoldClock, 'sinceMs' | 'alertedAtMs'>,
  nowMs: number,
): { isAlert: boolean; isPause: boolean } {
  const deadline = deadlineOf(rollout, finding.kind);
  const ageMs = nowMs - clock.sinceMs;
  return {
    isAlert: deadline !== null && ageMs >= deadline.alertMs && clock.alertedAtMs === null,
    isPause: deadline !== null && ageMs >= deadline.pauseMs && rollout.phase === 'ramping',
  };
}

function pauseFor({ kind, reason }: Finding, ageMs: number, nowMs: number): Pause {
  return { by: `deadline:${kind}`, because: clip(`held for ${formatRoughly(ageMs)}: ${reason}`), atMs: nowMs };
}

function shown(findings: readonly Finding[], clocks: readonly HoldClock[]): Rollout['hold'] {
  const [first] = findings;
  const clock = clocks.find(({ kind }) => kind === first?.kind);
  if (first === undefined || clock === undefined) return null;
  const { sinceMs, alertedAtMs } = clock;
  return { kind: first.kind, reason: clip(first.reason), sinceMs, alertedAtMs };
}
