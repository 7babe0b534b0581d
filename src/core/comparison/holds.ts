import { formatRoughly } from '../policy/duration';
import {
  bothArmsBroken,
  evenQuietMs,
  lateData,
  providerError,
  quietHours,
  unusableRows,
} from '../rollout/data-findings';
import type { Finding } from '../rollout/keep-holds';
import { BUCKETS } from '../assignment/bucket';
import type { Comparison } from './comparison';
import type { ComparisonEvidence } from './evidence';
import type { ComparisonLook } from './look';
import { srmEvidence } from './srm-evidence';

/** Everything that keeps a comparison from being decided now, most severe first; empty = nothing does. */
export function findComparisonHolds(look: ComparisonLook, evidence: ComparisonEvidence, nowMs: number): Finding[] {
  const { comparison } = look;
  const { policy } = comparison;
  const findings = [
    stableMissing(comparison, evidence),
    providerError(evidence) ?? lateData(policy, evidence, nowMs),
    dataFault(comparison, evidence),
    bothArmsBroken({ bothArmsBroken: [...new Set(look.variants.flatMap(({ harm }) => harm.bothArmsBroken))] }),
    noData(comparison, evidence, nowMs),
    tooEarly(comparison, nowMs),
  ].filter((finding) => finding !== null);
  const quiet = findings.length === 0 ? quietHours(policy, nowMs) : null;
  return quiet === null ? findings : [quiet];
}

function stableMissing({ stable }: Comparison, { labels }: ComparisonEvidence): Finding | null {
  if (labels.stableExists !== false) return null;
  return {
    kind: 'stable_missing',
    reason: `the stable version ${stable} no longer exists in Langfuse; nothing is moved until a person decides`,
  };
}

function dataFault(comparison: Comparison, { judged }: ComparisonEvidence): Finding | null {
  if (judged === null) return null;
  const rows = unusableRows(comparison.policy, judged.hours);
  if (rows !== null) return rows;
  if (srmEvidence(comparison, judged.firstExposed) < Math.log(1 / comparison.policy.alphaSrm)) return null;
  const total = comparison.arms.map((_, arm) => judged.firstExposed.reduce((sum, units) => sum + (units[arm] ?? 0), 0));
  const units = comparison.arms.map(({ name }, arm) => `${name} ${total[arm]}`).join(', ');
  return {
    kind: 'data_fault',
    reason: `units do not arrive in the planned shares (sample ratio mismatch): ${units}`,
  };
}

function noData(comparison: Comparison, evidence: ComparisonEvidence, nowMs: number): Finding | null {
  const { policy, arms, startedAtMs, forMs } = comparison;
  const evenMs = evenQuietMs(evidence, forMs);
  const knownToMs = Math.min(nowMs - policy.settleMs, evidence.readThroughMs);
  for (const [arm, { name, from, to, dropped }] of arms.entries()) {
    if (dropped !== null) continue;
    // A smaller arm is silent for longer without anything being wrong.
    const quietMs = evenMs * Math.max(1, BUCKETS / 2 / (to - from));
    const silentMs = knownToMs - Math.max(evidence.judged?.newestMs[arm] ?? 0, startedAtMs);
    if (silentMs > quietMs) {
      return { kind: 'no_data', reason: `no usable traffic of ${name} for ${formatRoughly(silentMs)}` };
    }
  }
  return null;
}

function tooEarly({ startedAtMs, atLeastMs }: Comparison, nowMs: number): Finding | null {
  const leftMs = startedAtMs + atLeastMs - nowMs;
  if (leftMs <= 0) return null;
  return { kind: 'baking', reason: `nothing is decided for another ${formatRoughly(leftMs)}` };
}
