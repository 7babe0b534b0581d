import type { Assignment } from '../core/assignment/assignment';
import { compileAssignment, stableFor, type CompiledAssignment } from './compile';
import type { HeldPrompts } from './held-prompts';
import type { ErrorCode, Resolution } from './resolution';

/** What a router knows of one prompt. */
export interface KnownPrompt {
  readonly prompt: string;
  /** The newest assignment that was read; null before the first. */
  latest: Assignment | null;
  /** What is served: the newest, or what can be served until its prompt objects are held. */
  effective: CompiledAssignment | null;
  /** Until when the assignment counts as confirmed, ms since 1970. */
  confirmedUntilMs: number;
  /** The same, or -Infinity while nothing but the stable version may be served. */
  liveUntilMs: number;
  /** Versions for testers, by unit; null when there are none. */
  overrides: Map<string, number> | null;
  /** The version for when no assignment tells one. */
  fallback: number | null;
  /** The last one that a caller brought along. */
  callersFallback: number | null;
  /** What was wrong with the assignment when it was last read. */
  failure: ErrorCode | null;
}

/** A prompt that nothing is known of. */
export function newPrompt(prompt: string): KnownPrompt {
  return {
    prompt,
    latest: null,
    effective: null,
    confirmedUntilMs: Number.NEGATIVE_INFINITY,
    liveUntilMs: Number.NEGATIVE_INFINITY,
    overrides: null,
    fallback: null,
    callersFallback: null,
    failure: null,
  };
}

/**
 * Takes over an assignment that was read, unless its epoch is older than the one that is known.
 * @param confirmedUntilMs how long it may be served without being read again
 */
export function acceptDocument(known: KnownPrompt, document: Assignment, confirmedUntilMs: number): void {
  const epoch = known.latest?.epoch ?? Number.NEGATIVE_INFINITY;
  if (document.epoch < epoch) return;
  if (document.epoch > epoch) known.latest = document;
  known.confirmedUntilMs = confirmedUntilMs;
}

/** Every version whose prompt object must be there. */
export function wantedVersions(known: KnownPrompt): Set<number> {
  const wanted = known.latest === null ? new Set<number>() : versionsOf(known.latest);
  const stable = known.effective?.document.stable ?? null;
  if (stable !== null) wanted.add(stable);
  for (const version of [known.fallback, known.callersFallback]) if (version !== null) wanted.add(version);
  for (const version of known.overrides?.values() ?? []) wanted.add(version);
  return wanted;
}

/**
 * Decides what is served. An assignment takes effect when the prompt objects of all its versions are held. Until then
 * nobody gets an arm: everyone gets its stable version, or the stable version from before while that one is missing.
 */
export function settlePrompt(known: KnownPrompt, held: HeldPrompts): void {
  const { prompt, latest, effective } = known;
  if (latest === null) return;
  const missing = [...versionsOf(latest)].filter((version) => !held.isHeld(prompt, version));
  if (missing.length === 0) {
    if (effective?.document !== latest) known.effective = compileAssignment(latest);
    return;
  }
  const isHeld = (document: Assignment | undefined): boolean =>
    document !== undefined && document.stable !== null && held.isHeld(prompt, document.stable);
  const before = effective?.document;
  const base = !isHeld(latest) && before !== undefined && isHeld(before) ? before : latest;
  const compiled = compileAssignment({ ...base, arms: [] });
  const hasFailed = missing.some((version) => held.hasFailed(prompt, version));
  const isServable = isHeld(base);
  known.effective = {
    ...compiled,
    rest: hasFailed
      ? stableFor(compiled, 'ERROR', 'VERSION_UNAVAILABLE')
      : isServable
        ? compiled.rest
        : stableFor(compiled, 'ERROR', 'VERSION_PENDING'),
  };
}

/** A tester's answer; null when the unit has none or its prompt object is not held. It names no rollout: nothing was drawn. */
export function overrideOf(
  { prompt, overrides, effective }: KnownPrompt,
  unit: string,
  held: HeldPrompts,
): Resolution | null {
  const version = overrides?.get(unit);
  if (version === undefined || !held.isHeld(prompt, version)) return null;
  const epoch = effective?.document.epoch ?? null;
  const nothing = { arm: null, rollout: null, step: null, percent: null, epoch };
  return { prompt, version, ...nothing, reason: 'TARGETING_MATCH', errorCode: null };
}

function versionsOf({ stable, arms }: Assignment): Set<number> {
  const versions = new Set(arms.map(({ version }) => version));
  if (stable !== null) versions.add(stable);
  return versions;
}
