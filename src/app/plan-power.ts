import { RampartError } from '../core/errors';
import type { History } from '../core/evidence/history';
import { freezeGuardrails } from '../core/judging/freeze-guardrails';
import { LEAST_HISTORY_UNITS } from '../core/judging/freeze-transform';
import { wordMargin } from '../core/judging/wording';
import { planPower, type PowerPlan } from '../core/planning/plan-power';
import { formatRoughly } from '../core/policy/duration';
import type { Policy } from '../core/policy/policy';
import type { Controller } from './controller';
import { readHistory } from './read-history';
import { resolvePolicy } from './resolve-policy';

/** What a rollout would be able to see, and how long it would take. */
export interface PowerReport extends PowerPlan {
  policy: Policy;
  /** Units exposed per day. */
  unitsPerDay: number;
  warnings: readonly string[];
}

/** A report with the versions it is about. */
export interface PromptPower extends PowerReport {
  /** Whose history it was made from. */
  stable: number;
  /** Whose policy it was made with: the candidate's where there is one. */
  policyOf: number;
  /** How long the history is. */
  historyMs: number;
}

/**
 * Plans a rollout of a prompt from the last days of its stable version in Langfuse, read as at a rollout's start. Writes nothing.
 * @throws not_found without a stable version; refused when there is no history of its units; bad_input for a policy with problems;
 *   provider_* and budget_exhausted when Langfuse cannot be asked
 */
export async function planPromptPower(
  ports: Pick<Controller, 'langfuse' | 'budget' | 'settings' | 'sha256'>,
  prompt: string,
  nowMs: number,
): Promise<PromptPower> {
  const { langfuse, settings } = ports;
  const stable = await langfuse.versionByLabel(prompt, 'production');
  if (stable === null) {
    throw new RampartError('not_found', `prompt ${prompt}: expected a version with the label production, got none`);
  }
  const owner = (await langfuse.versionByLabel(prompt, settings.candidateLabel)) ?? stable;
  const resolved = resolvePolicy(ports, prompt, owner.config);
  if (!resolved.ok) throw new RampartError('bad_input', resolved.problems.join('; '));
  const { policy } = resolved;
  const { history, unitsPerDay, fromMs } = await readHistory(ports, prompt, stable.version, policy, nowMs);
  if (fromMs === null || ![...unitsPerDay.values()].some((perDay) => perDay > 0)) {
    throw new RampartError(
      'refused',
      `prompt ${prompt}: expected ${policy.unit}s that met version ${stable.version} in the last days, got none`,
      {
        hint: `Counted are generations with a ${policy.unit} id in the environments ${policy.environments.join(', ')}.`,
      },
    );
  }
  const report = planFromHistory(policy, history, unitsPerDay, resolved.warnings);
  return { ...report, stable: stable.version, policyOf: owner.version, historyMs: nowMs - fromMs };
}

/**
 * Plans from values of the past.
 * @param history raw values by metric and unit
 * @param unitsPerDay by metric: units that get a value per day
 * @param warnings of the policy
 */
export function planFromHistory(
  policy: Policy,
  history: History,
  unitsPerDay: ReadonlyMap<string, number>,
  warnings: readonly string[],
): PowerReport {
  const frozen = freezeGuardrails(policy, history, unitsPerDay);
  const exposed = Math.max(...unitsPerDay.values());
  const guardrails = frozen.guardrails.map((guardrail) => ({
    guardrail,
    unitsPerDay: unitsPerDay.get(guardrail.id) ?? 0,
  }));
  const plan = planPower({ policy, guardrails, unitsPerDay: exposed });
  const thin = frozen.guardrails.filter(({ reference }) => reference.source === 'fallback');
  return {
    ...plan,
    policy,
    unitsPerDay: exposed,
    warnings: [
      ...warnings,
      ...frozen.warnings,
      ...thin.map(({ id, reference }) => {
        return `${id}: ${reference.units} units of history, ${LEAST_HISTORY_UNITS} are needed: planned with fallback numbers`;
      }),
      ...heldWarnings(plan, policy),
    ],
  };
}

/** A margin that is too narrow for the traffic. */
function heldWarnings({ ramp }: PowerPlan, { maxHold, steps, minUnits }: Policy): string[] {
  if (!ramp.isHeld) return [];
  const index = ramp.steps.length - 1;
  const where = `within ${formatRoughly(maxHold.afterMs)} after the bake of the ${ramp.steps[index]!.percent} % step`;
  const factor = index < steps.length - 1 ? 'three times the margin' : 'the margin';
  if (ramp.unproven.length === 0) {
    return [
      `the ramp is held: the guardrails together are not proven, or ${minUnits} units an arm not there, ${where}`,
    ];
  }
  return ramp.unproven.map(({ guardrail: { id, transform, delta }, leastDelta }) => {
    const least = leastDelta === null ? 'no margin' : `a margin of ${wordMargin(transform, leastDelta)}`;
    return `${id}: the margin of ${wordMargin(transform, delta)} is too narrow for the traffic: ${factor} cannot be proven ${where}; ${least} would go through`;
  });
}
