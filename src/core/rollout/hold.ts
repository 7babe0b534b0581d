import type { Verdict } from '../judging/verdict';
import { clip } from '../item/item-size';
import { formatRoughly } from '../policy/duration';
import { srmLogE } from '../stats/srm';
import { bothArmsBroken, evenQuietMs, lateData, providerError, quietHours, unusableRows } from './data-findings';
import type { TickEvidence } from './evidence';
import type { Finding } from './keep-holds';
import type { Look } from './look';
import { currentStage, type Rollout } from './rollout';

/**
 * Everything that keeps the rollout from advancing now, most severe first; empty = nothing does. No data, late data, a
 * provider error and an inconclusive result are four different things, and none of them is a pass.
 */
export function findHolds({ rollout, verdicts, harm }: Look, evidence: TickEvidence, nowMs: number): Finding[] {
  const missing = [
    stableMissing(rollout, evidence),
    providerError(evidence) ?? lateData(rollout.policy, evidence, nowMs),
    dataFault(rollout, evidence),
    bothArmsBroken(harm),
    noData(rollout, evidence, nowMs),
  ];
  if (rollout.phase === 'ramping') missing.push(baking(rollout, nowMs) ?? unproven(rollout, evidence, verdicts));
  const findings = missing.filter((finding) => finding !== null);
  const quiet = findings.length === 0 && rollout.phase === 'ramping' ? quietHours(rollout.policy, nowMs) : null;
  return quiet === null ? findings : [quiet];
}

function stableMissing(rollout: Rollout, { labels }: TickEvidence): Finding | null {
  if (labels.stableExists !== false) return null;
  return {
    kind: 'stable_missing',
    reason: `the stable version ${rollout.stable} no longer exists in Langfuse; nothing is moved until a person decides`,
  };
}

function dataFault(rollout: Rollout, { judged }: TickEvidence): Finding | null {
  if (judged === null) return null;
  const rows = unusableRows(rollout.policy, judged.hours);
  if (rows !== null) return rows;
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

function noData(rollout: Rollout, evidence: TickEvidence, nowMs: number): Finding | null {
  const stage = currentStage(rollout);
  const bakeMs = rollout.policy.steps[stage.step]?.bakeMs ?? rollout.policy.watchMs;
  const evenMs = evenQuietMs(evidence, bakeMs);
  const knownToMs = Math.min(nowMs - rollout.policy.settleMs, evidence.readThroughMs);
  for (const arm of ['candidate', 'stable'] as const) {
    const percent = arm === 'candidate' ? stage.percent : 100 - stage.percent;
    if (percent <= 0) continue;
    // A smaller arm is silent for longer without anything being wrong.
    const quietMs = evenMs * Math.max(1, 50 / percent);
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
