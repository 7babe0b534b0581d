import type { Rollout } from '../rollout/rollout';

const HOUR_MS = 3_600_000;

/**
 * Longest time a stage's block of engine B stays open: an hour, or a quarter of its step's bake time when that is shorter.
 * The watch counts as a step of its length.
 */
export function blockLengthMs({ stages, policy }: Pick<Rollout, 'stages' | 'policy'>, stage: number): number {
  const step = stages[stage]?.step ?? 0;
  const bakeMs = policy.steps[step]?.bakeMs ?? policy.watchMs;
  return Math.min(HOUR_MS, bakeMs / 4);
}
