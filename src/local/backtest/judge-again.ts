import { readEvidence } from '../../app/evidence/read-evidence';
import type { Settings } from '../../app/controller';
import { HISTORY_MS } from '../../app/read-history';
import type { PastRows } from '../../app/read-past';
import { historyOf, pastOf } from '../../core/evidence/history';
import type { Manifest } from '../../core/evidence/manifest';
import { unitsPerDayOf } from '../../core/evidence/units-per-day';
import { freezeGuardrails } from '../../core/judging/freeze-guardrails';
import type { FrozenGuardrail } from '../../core/judging/guardrail';
import type { Verdict } from '../../core/judging/verdict';
import type { Policy } from '../../core/policy/policy';
import { explainHarm, lookAt } from '../../core/rollout/look';
import type { Rollout, Stage } from '../../core/rollout/rollout';
import { rolloutEvidence, rolloutExperiment } from '../../core/rollout/rollout-experiment';
import { createLangfuseData } from '../langfuse/data';
import { memoryController } from '../replay/replay';
import { addPast } from './recorded-traffic';

/** What another policy would have made of a rollout that took place. */
export interface JudgedAgain {
  rolloutId: string;
  stable: number;
  candidate: number;
  startedAtMs: number;
  /** What came of it then. */
  was: { phase: Rollout['phase']; atMs: number | null; reason: string | null };
  /** The first look at which harm is proven; null = at none. */
  harm: { atMs: number; reason: string; guardrail: string | null; exposedUnits: number } | null;
  /** As the policy would have frozen them, and the verdicts at the last look: that of the harm, else the end. */
  guardrails: readonly FrozenGuardrail[];
  verdicts: readonly Verdict[];
}

/**
 * Judges a rollout once more, look by look, on the rows as they were served: its shares and times stay, guardrails, error bounds
 * and everything that says which rows count are the other policy's.
 * @param past must reach back to a history's length before the rollout
 */
export async function judgeAgain(
  rollout: Rollout,
  policy: Policy,
  { past, settings, nowMs }: { past: PastRows; settings: Settings; nowMs: number },
): Promise<JudgedAgain> {
  const data = createLangfuseData();
  addPast(data, rollout.prompt, past);
  let clockMs = rollout.startedAtMs;
  const controller = memoryController(() => clockMs, data, settings);
  const endMs = Math.min(nowMs, rollout.stages.at(-1)?.toMs ?? rollout.outcome?.atMs ?? nowMs);
  let judged = underPolicy(rollout, policy, past);
  let manifest: Manifest | null = null;
  let harm: JudgedAgain['harm'] = null;
  let verdicts: readonly Verdict[] = [];
  while (clockMs < endMs && harm === null) {
    clockMs = Math.min(endMs, clockMs + settings.tickEveryMs);
    const running: Rollout = { ...judged, stages: stagesUntil(rollout.stages, clockMs) };
    const experiment = rolloutExperiment(running);
    manifest = (await readEvidence(controller, rollout.prompt, manifest, experiment, clockMs)).manifest;
    const look = lookAt(running, { judged: rolloutEvidence(running, manifest.experiment) });
    judged = { ...judged, peaks: look.rollout.peaks };
    verdicts = look.verdicts;
    if (look.isHarmProven) harm = { atMs: clockMs, ...explainHarm(look), exposedUnits: look.rollout.exposedUnits };
  }
  const { id, stable, candidate, startedAtMs, phase, outcome } = rollout;
  const was = { phase, atMs: outcome?.atMs ?? null, reason: outcome?.reason ?? null };
  return { rolloutId: id, stable, candidate, startedAtMs, was, harm, guardrails: judged.guardrails, verdicts };
}

/** The rollout as the policy would have frozen it at its start; the steps are those it had. */
function underPolicy(rollout: Rollout, written: Policy, { rows, scores, scoresFromMs }: PastRows): Rollout {
  const { startedAtMs, stable } = rollout;
  const before = (atMs: number): boolean => atMs < startedAtMs && atMs >= startedAtMs - HISTORY_MS;
  const policy = { ...written, steps: rollout.policy.steps };
  const past = pastOf(
    policy,
    stable,
    rows.filter(({ startMs }) => before(startMs)),
    scores.filter(({ timestampMs }) => before(timestampMs)),
  );
  const unitsPerDay = unitsPerDayOf(policy, past, { toMs: startedAtMs, scoresFromMs: scoresFromMs ?? null });
  const { guardrails } = freezeGuardrails(policy, historyOf(policy, past), unitsPerDay);
  return {
    ...rollout,
    policy,
    guardrails,
    phase: 'ramping',
    outcome: null,
    peaks: { harm: 0, perGuardrail: {} },
  };
}

function stagesUntil(stages: readonly Stage[], nowMs: number): Stage[] {
  return stages
    .filter(({ fromMs }) => fromMs < nowMs)
    .map((stage) => (stage.toMs !== null && stage.toMs >= nowMs ? { ...stage, toMs: null } : stage));
}
