import type { TickEvidence } from './evidence';
import type { Action, Plan } from './plan';
import type { Rollout } from './rollout';
import { factsOf, moveProduction } from './transitions';

/**
 * After the end: are `production` and the document that runtimes read where they should be? Read back on every tick until
 * they are.
 * @param stable the version that everyone gets; it stays
 */
export function planVerification(rollout: Rollout, stable: number | null, evidence: TickEvidence, nowMs: number): Plan {
  const plan = (next: Rollout, actions: readonly Action[], reasons: string[]): Plan => {
    return { next, stable, actions, reasons, verdicts: [], harm: null };
  };
  const { verification } = rollout;
  if (verification === null || verification.verifiedAtMs !== null) return plan(rollout, [], []);
  const { production } = evidence.labels;
  if (production === verification.production && evidence.isAssignmentServed === true) {
    const verified: Rollout = { ...rollout, verification: { ...verification, verifiedAtMs: nowMs } };
    const detail = { ...factsOf(rollout), production, afterMs: nowMs - verification.sinceMs };
    return plan(verified, [{ kind: 'audit', event: 'verified', detail }], [`the ${verification.of} is verified`]);
  }
  const known = ['unknown', verification.production, verification.from];
  if (!known.includes(production)) {
    const detail = { ...factsOf(rollout), expected: verification.production, seen: production };
    return plan(
      { ...rollout, verification: null },
      [{ kind: 'audit', event: 'production_moved', detail }],
      [`production was moved to ${production === null ? 'no version' : `version ${production}`} by someone else`],
    );
  }
  const { next, actions } = pursueGoal(rollout, evidence, nowMs);
  const missing = production === verification.production ? 'the new assignment' : 'production';
  return plan(next, actions, [`${missing} is not seen on version ${verification.production} yet`]);
}

/** `production` is not where it should be: ask for the move again, and say so once the deadline has passed. */
export function pursueGoal(
  rollout: Rollout,
  evidence: TickEvidence,
  nowMs: number,
): { next: Rollout; actions: Action[] } {
  const { verification } = rollout;
  if (verification === null) return { next: rollout, actions: [] };
  const { production } = evidence.labels;
  const actions = production === verification.from ? [moveProduction(verification.production)] : [];
  if (verification.alertedAtMs !== null || nowMs - verification.sinceMs < evidence.verifyDeadlineMs) {
    return { next: rollout, actions };
  }
  const detail = {
    ...factsOf(rollout),
    expected: verification.production,
    seen: String(production),
    assignment: String(evidence.isAssignmentServed),
  };
  actions.push({ kind: 'alert', alert: `${verification.of}_unverified`, severity: 'page', detail });
  return { next: { ...rollout, verification: { ...verification, alertedAtMs: nowMs } }, actions };
}
