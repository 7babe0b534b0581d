import { freezeGuardrails } from '../core/judging/freeze-guardrails';
import type { PromptVersion } from '../core/ports';
import type { Action } from '../core/rollout/plan';
import { startRollout } from '../core/rollout/plan-start';
import type { Rollout } from '../core/rollout/rollout';
import type { Controller } from './controller';
import { readHistory } from './read-history';
import { resolvePolicy } from './resolve-policy';

export type Started = { ok: true; rollout: Rollout; actions: Action[] } | { ok: false; problems: string[] };

/** Resolves the policy, reads the stable version's history, freezes both, and makes the rollout. Writes nothing. */
export async function prepareRollout(
  controller: Controller,
  candidate: PromptVersion,
  stable: number,
  by: { startedBy: string; labelledAtStart: number | null },
  nowMs: number,
): Promise<Started> {
  const { prompt } = candidate;
  const resolved = resolvePolicy(controller, prompt, candidate.config);
  if (!resolved.ok) return resolved;
  const history = await readHistory(controller, prompt, stable, resolved.policy, nowMs);
  const { guardrails, warnings } = freezeGuardrails(resolved.policy, history);
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
  return { ok: true, ...started };
}
