import { parseAssignment } from '../core/assignment/parse-assignment';
import { lookUp, stableFor, unknownFor } from './compile';
import type { HeldPrompts } from './held-prompts';
import { acceptDocument, newLane, overrideOf, settleLane, wantedVersions, type Lane } from './lane';
import { unrefTimer } from './refresher';
import type { ErrorCode, Resolution } from './resolution';
import { isVersion, type RouterProblem } from './router-options';
import type { InvalidDocument, SourceAnswer } from './sources/source';

export interface LanesOptions {
  held: HeldPrompts;
  /** The prompts that are served; null = all. */
  prompts: ReadonlySet<string> | null;
  maxAgeMs: number;
  now: () => number;
  onProblem: (problem: RouterProblem) => void;
  /** Called when an answer was asked for that is too old. */
  onStale: () => void;
}

/** All prompts of a router, and whether what is known of them may still be served. */
export interface Lanes {
  resolve(prompt: string, context: { unit: string; fallback?: number }): Resolution;
  /** Takes over what was read by a read that began then. */
  accept(answer: SourceAnswer, startedAtMs: number): void;
  /** Says why nothing could be read. */
  noteFailure(code: ErrorCode): void;
  /** Decides again what is served of a prompt, after its prompt objects changed. */
  settle(prompt: string): void;
  override(prompt: string, unit: string, version: number | null): void;
  /** The version of a prompt for when neither an assignment nor the caller tells one. */
  setFallback(prompt: string, version: number): void;
  /** Has the prompt object of a caller's fallback fetched, for the next call. */
  wantFallback(prompt: string, version: number): void;
  kill(isKilled: boolean): void;
  /** Whether assignments have been read and are not too old. */
  isCurrent(): boolean;
  /** Since the assignments were last confirmed, ms; null before the first. */
  ageMs(): number | null;
  close(): void;
}

/** Starts with no assignment. */
export function createLanes(options: LanesOptions): Lanes {
  const { held, now } = options;
  const lanes = new Map<string, Lane>();
  let confirmedAtMs = Number.NEGATIVE_INFINITY;
  let confirmedUntilMs = Number.NEGATIVE_INFINITY;
  let hasRead = false;
  let readFailure: ErrorCode | null = null;
  let isKilled = false;
  /** Set by a timer, so that a wall clock that was set back prolongs nothing. */
  let isOverdue = false;
  let overdueTimer: NodeJS.Timeout | undefined;

  function laneOf(prompt: string): Lane {
    let lane = lanes.get(prompt);
    if (lane === undefined) lanes.set(prompt, (lane = newLane(prompt)));
    return lane;
  }

  function setAllLive(): void {
    for (const lane of lanes.values()) {
      lane.liveUntilMs = isKilled || isOverdue ? Number.NEGATIVE_INFINITY : lane.confirmedUntilMs;
    }
  }

  function settle(lane: Lane): void {
    settleLane(lane, held);
    held.want(lane.prompt, wantedVersions(lane));
  }

  function isServed(prompt: string): boolean {
    return options.prompts?.has(prompt) ?? true;
  }

  function noteInvalid({ message, prompt }: InvalidDocument): void {
    if (prompt !== null && !isServed(prompt)) return;
    if (prompt !== null) laneOf(prompt).failure = 'DOCUMENT_INVALID';
    options.onProblem({ code: 'DOCUMENT_INVALID', message, prompt });
  }

  function acceptOne(document: unknown, index: number, untilMs: number): void {
    const assignment = parseAssignment(`assignments[${index}]`, document);
    const prompt = (document as { prompt?: unknown } | null)?.prompt;
    if (typeof assignment === 'string') {
      noteInvalid({ message: assignment, prompt: typeof prompt === 'string' ? prompt : null });
    } else if (isServed(assignment.prompt)) {
      const lane = laneOf(assignment.prompt);
      acceptDocument(lane, assignment, untilMs);
      settle(lane);
    }
  }

  /** Everything but the usual case: dead or killed, no unit, nothing known. */
  function resolveRest(prompt: string, lane: Lane | undefined, unit: unknown): Resolution {
    if (lane === undefined || lane.effective === null) {
      return unknownFor(prompt, lane?.failure ?? readFailure ?? (hasRead ? 'PROMPT_UNKNOWN' : 'NOT_READY'));
    }
    if (isKilled) return stableFor(lane.effective, 'DISABLED', null);
    if (!(now() < lane.liveUntilMs)) {
      options.onStale();
      return stableFor(lane.effective, 'STALE', lane.failure ?? readFailure);
    }
    if (typeof unit !== 'string' || unit === '') return stableFor(lane.effective, 'ERROR', 'UNIT_MISSING');
    return lane.effective.rest;
  }

  function withFallback(resolution: Resolution, given: unknown): Resolution {
    if (resolution.version !== null) return resolution;
    const version = isVersion(given) ? given : (lanes.get(resolution.prompt)?.fallback ?? null);
    return { ...resolution, version };
  }

  return {
    resolve(prompt, context) {
      const lane = lanes.get(prompt);
      const unit: unknown = context?.unit;
      if (
        lane !== undefined &&
        lane.effective !== null &&
        typeof unit === 'string' &&
        unit !== '' &&
        now() < lane.liveUntilMs
      ) {
        const override = lane.overrides === null ? null : overrideOf(lane, unit, held);
        const resolution = override ?? lookUp(lane.effective, unit);
        return withFallback(resolution, context.fallback);
      }
      return withFallback(resolveRest(prompt, lane, unit), context?.fallback);
    },
    accept(answer, startedAtMs) {
      const maxAgeMs = Math.min(options.maxAgeMs, answer.maxAgeMs ?? Number.POSITIVE_INFINITY);
      confirmedAtMs = startedAtMs - answer.ageMs;
      confirmedUntilMs = confirmedAtMs + maxAgeMs;
      for (const lane of lanes.values()) lane.failure = null;
      answer.invalid?.forEach(noteInvalid);
      answer.documents.forEach((document, index) => acceptOne(document, index, confirmedUntilMs));
      hasRead = true;
      readFailure = null;
      isOverdue = false;
      clearTimeout(overdueTimer);
      const expire = (): void => {
        isOverdue = true;
        setAllLive();
      };
      overdueTimer = unrefTimer(expire, Math.max(0, confirmedUntilMs - now()));
      setAllLive();
    },
    noteFailure(code) {
      readFailure = code;
    },
    settle(prompt) {
      const lane = lanes.get(prompt);
      if (lane !== undefined) settle(lane);
    },
    override(prompt, unit, version) {
      const lane = laneOf(prompt);
      const overrides = lane.overrides ?? new Map<string, number>();
      if (version === null) overrides.delete(unit);
      else overrides.set(unit, version);
      lane.overrides = overrides.size === 0 ? null : overrides;
      settle(lane);
    },
    setFallback(prompt, version) {
      const lane = laneOf(prompt);
      lane.fallback = version;
      settle(lane);
    },
    wantFallback(prompt, version) {
      const lane = laneOf(prompt);
      if (lane.callersFallback === version) return;
      lane.callersFallback = version;
      settle(lane);
    },
    kill(killed) {
      isKilled = killed;
      setAllLive();
    },
    ageMs: () => (hasRead ? now() - confirmedAtMs : null),
    isCurrent: () => hasRead && !isOverdue && now() < confirmedUntilMs,
    close: () => clearTimeout(overdueTimer),
  };
}
