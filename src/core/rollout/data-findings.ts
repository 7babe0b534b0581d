import type { HourCounts } from '../evidence/manifest';
import { clip } from '../item/item-size';
import type { CombinedHarm } from '../judging/judge';
import { formatRoughly } from '../policy/duration';
import type { Policy } from '../policy/policy';
import { inQuietHours } from '../policy/quiet-hours';
import { rowCounts, type TickEvidence } from './evidence';
import type { Finding } from './keep-holds';

/*
 * What is found about the data of any experiment, rollout or comparison, whatever its arms.
 */

/** Fewer rows than this say nothing about the share that cannot be used. */
const MIN_COUNTED_ROWS = 20;
const HOUR_MS = 3_600_000;

export function providerError({ providerProblem }: Pick<TickEvidence, 'providerProblem'>): Finding | null {
  return providerProblem === null ? null : { kind: 'provider_error', reason: clip(providerProblem) };
}

export function lateData(
  { settleMs }: Policy,
  { readThroughMs, tickEveryMs }: Pick<TickEvidence, 'readThroughMs' | 'tickEveryMs'>,
  nowMs: number,
): Finding | null {
  const lagMs = nowMs - readThroughMs - settleMs;
  if (lagMs <= 2 * tickEveryMs) return null;
  return {
    kind: 'late_data',
    reason: `the evidence is ${formatRoughly(lagMs)} behind what should have been read by now`,
  };
}

export function unusableRows({ maxUnusableShare }: Policy, hours: readonly HourCounts[]): Finding | null {
  const { used, unusable, reasons } = rowCounts(hours);
  const share = unusable / Math.max(1, used + unusable);
  if (used + unusable < MIN_COUNTED_ROWS || share <= maxUnusableShare) return null;
  const percent = (100 * share).toFixed(1);
  return {
    kind: 'data_fault',
    reason: `${percent} % of the last rows cannot be used (${reasons}); at most ${100 * maxUnusableShare} % is expected`,
  };
}

export function bothArmsBroken({ bothArmsBroken: broken }: Pick<CombinedHarm, 'bothArmsBroken'>): Finding | null {
  if (broken.length === 0) return null;
  return { kind: 'both_arms_broken', reason: `the stable version is past its own limit too: ${broken.join(', ')}` };
}

/** How long an arm with half of the traffic may be silent without anything being wrong, in a stage of this length. */
export function evenQuietMs({ tickEveryMs }: Pick<TickEvidence, 'tickEveryMs'>, stageMs: number): number {
  return Math.max(2 * tickEveryMs, Math.min(HOUR_MS, stageMs / 2));
}

export function quietHours(policy: Policy, nowMs: number): Finding | null {
  return inQuietHours(policy.quietHours, nowMs)
    ? { kind: 'quiet_hours', reason: 'proven safe for this step; no step is taken in quiet hours' }
    : null;
}
