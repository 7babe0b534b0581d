import type { AuditEvent, PromptItem } from '../item/prompt-item';
import { hasVersion } from '../item/version-ranges';
import type { TickEvidence } from './evidence';
import type { Action } from './plan';
import { isProductionMoving } from './plan-start';
import { planVerification } from './plan-verification';
import type { Rollout } from './rollout';

/** What a tick does with a prompt that has no running rollout. */
export interface PlanAtRest {
  rollout: Rollout | null;
  stable: number | null;
  actions: readonly Action[];
  /** Facts that are said now and not again. */
  said: readonly string[];
}

/** Verifies the end of the last rollout; once `production` is where it should be, follows it wherever it goes. Pure. */
export function planAtRest(item: PromptItem, evidence: TickEvidence, nowMs: number): PlanAtRest {
  const { stable } = item.assignment;
  const { production } = evidence.labels;
  if (item.rollout?.verification?.verifiedAtMs === null) {
    const { next, actions } = planVerification(item.rollout, stable, evidence, nowMs);
    return { rollout: next, stable, actions, said: [] };
  }
  if (isProductionMoving(item)) return planMoving(item, evidence, nowMs);
  const at = { rollout: item.rollout, stable, actions: [], said: [] };
  if (production === 'unknown' || production === stable) return at;
  const detail = { expected: stable, seen: production };
  const moved: Action = { kind: 'audit', event: 'production_moved', detail };
  const actions = item.revision === 0 || stable === null ? [] : [moved];
  return { ...at, stable: production, actions: [...actions, ...quarantineAlert(item, production, detail)] };
}

/** A label that a person gave `production` to without any rollout: say so once when it does not arrive. */
function planMoving(item: PromptItem, { labels, verifyDeadlineMs }: TickEvidence, nowMs: number): PlanAtRest {
  const at = { rollout: item.rollout, stable: item.assignment.stable, actions: [], said: [] };
  const entry = item.outbox.find((other) => other.kind === 'label');
  if (entry?.kind !== 'label' || entry.version === labels.production) return at;
  if (nowMs - entry.atMs < verifyDeadlineMs) return at;
  const fact = `unverified:${entry.revision}`;
  if (item.said.includes(fact)) return at;
  const detail = { expected: entry.version, seen: String(labels.production) };
  return {
    ...at,
    actions: [{ kind: 'alert', alert: 'promotion_unverified', severity: 'page', detail }],
    said: [fact],
  };
}

function quarantineAlert(item: PromptItem, production: number | null, detail: AuditEvent['detail']): Action[] {
  if (production === null || !hasVersion(item.quarantined, production)) return [];
  const facts = { candidate: production, ...detail };
  return [{ kind: 'alert', alert: 'production_quarantined', severity: 'page', detail: facts }];
}
