import { isRampartError } from '../core/errors';
import { jsonBytes, MAX_FROZEN_BYTES } from '../core/item/item-size';
import { freezeGuardrails } from '../core/judging/freeze-guardrails';
import type { PromptVersion } from '../core/ports';
import type { Action } from '../core/rollout/plan';
import { startRollout } from '../core/rollout/plan-start';
import type { Rollout } from '../core/rollout/rollout';
import type { Controller } from './controller';
import { readHistory } from './read-history';
import { resolvePolicy } from './resolve-policy';

export type Started = { ok: true; rollout: Rollout; actions: Action[] } | { ok: false; problems: string[] };

/**
 * Resolves the policy, reads the stable version's history, freezes both, and makes the rollout. Writes nothing.
 * @throws provider_* and budget_exhausted when the history cannot be read now
 */
export async function prepareRollout(
  controller: Controller,
  candidate: PromptVersion,
  stable: number,
  by: { startedBy: string; labelledAtStart: number | null },
  nowMs: number,
): Promise<Started> {
  try {
    return await prepare(controller, candidate, stable, by, nowMs);
  } catch (error) {
    if (!isRampartError(error, 'bad_input')) throw error;
    return { ok: false, problems: [error.message] };
  }
}

async function prepare(
  controller: Controller,
  candidate: PromptVersion,
  stable: number,
  by: { startedBy: string; labelledAtStart: number | null },
  nowMs: number,
): Promise<Started> {
  const { prompt } = candidate;
  const resolved = resolvePolicy(controller, prompt, candidate.config);
  if (!resolved.ok) return resolved;
  const { history, unitsPerDay } = await readHistory(controller, prompt, stable, resolved.policy, nowMs);
  const { guardrails, warnings } = freezeGuardrails(resolved.policy, history, unitsPerDay);
  const started = startRollout(
    {
      prompt,
      stable,
      candidate: candidate.version,
      ...by,
      policy: resolved.policy,
      policySources: resolved.sources,
      policyHash: resolved.hash,
      guardrails,
      warnings: [...resolved.warnings, ...warnings],
    },
    nowMs,
  );
  const bytes = frozenBytes(started.rollout);
  if (bytes <= MAX_FROZEN_BYTES) return { ok: true, ...started };
  const problem = `policy: expected at most ${MAX_FROZEN_BYTES} bytes once it is frozen, got ${bytes}; name fewer or shorter guardrails, environments and quiet hours`;
  return { ok: false, problems: [problem] };
}

/** What the rollout takes of the item's budget, with room for the peaks that its guardrails will have. */
function frozenBytes(rollout: Rollout): number {
  const peak = { gate: -Number.MAX_VALUE, safe: -Number.MAX_VALUE };
  const perGuardrail = Object.fromEntries(rollout.guardrails.map(({ id }) => [id, peak]));
  return jsonBytes({ ...rollout, peaks: { harm: peak.gate, perGuardrail } });
}
