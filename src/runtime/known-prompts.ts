import { parseAssignment } from '../core/assignment/parse-assignment';
import { lookUp, stableFor, unknownFor } from './compile';
import { createFreshness } from './freshness';
import type { HeldPrompts } from './held-prompts';
import { acceptDocument, newPrompt, overrideOf, settlePrompt, wantedVersions, type KnownPrompt } from './known-prompt';
import type { ErrorCode, Resolution } from './resolution';
import { isUnit, isVersion, type RouterProblem } from './router-options';
import type { InvalidDocument, SourceAnswer } from './sources/source';

export interface KnownPromptsOptions {
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
export interface KnownPrompts {
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
export function knowPrompts(options: KnownPromptsOptions): KnownPrompts {
  const { held, now } = options;
  const prompts = new Map<string, KnownPrompt>();
  const freshness = createFreshness(now, setAllLive);
  let readFailure: ErrorCode | null = null;
  let isKilled = false;

  function knownOf(prompt: string): KnownPrompt {
    let known = prompts.get(prompt);
    if (known === undefined) prompts.set(prompt, (known = newPrompt(prompt)));
    return known;
  }

  function setAllLive(): void {
    const isDead = isKilled || freshness.isOverdue();
    for (const known of prompts.values()) {
      known.liveUntilMs = isDead ? Number.NEGATIVE_INFINITY : known.confirmedUntilMs;
    }
  }

  function settle(known: KnownPrompt): void {
    settlePrompt(known, held);
    held.want(known.prompt, wantedVersions(known));
  }

  function isServed(prompt: string): boolean {
    return options.prompts?.has(prompt) ?? true;
  }

  function noteInvalid({ message, prompt }: InvalidDocument): void {
    if (prompt !== null && !isServed(prompt)) return;
    if (prompt !== null) knownOf(prompt).failure = 'DOCUMENT_INVALID';
    options.onProblem({ code: 'DOCUMENT_INVALID', message, prompt });
  }

  function acceptOne(document: unknown, index: number, untilMs: number): void {
    const assignment = parseAssignment(`assignments[${index}]`, document);
    const prompt = (document as { prompt?: unknown } | null)?.prompt;
    if (typeof assignment === 'string') {
      noteInvalid({ message: assignment, prompt: typeof prompt === 'string' ? prompt : null });
    } else if (isServed(assignment.prompt)) {
      const known = knownOf(assignment.prompt);
      acceptDocument(known, assignment, untilMs);
      settle(known);
    }
  }

  /** Everything but the usual case: killed, too old, no unit, nothing known. */
  function resolveRest(prompt: string, known: KnownPrompt | undefined, unit: unknown): Resolution {
    if (known === undefined || known.effective === null) {
      const hasRead = freshness.ageMs() !== null;
      return unknownFor(prompt, known?.failure ?? readFailure ?? (hasRead ? 'PROMPT_UNKNOWN' : 'NOT_READY'));
    }
    const { effective } = known;
    if (isKilled) return stableFor(effective, 'DISABLED', null);
    if (isUnit(unit)) {
      options.onStale();
      return stableFor(effective, 'STALE', known.failure ?? readFailure);
    }
    return stableFor(effective, 'ERROR', 'UNIT_MISSING');
  }

  function withFallback(resolution: Resolution, given: unknown): Resolution {
    if (resolution.version !== null) return resolution;
    const version = isVersion(given) ? given : (prompts.get(resolution.prompt)?.fallback ?? null);
    return { ...resolution, version };
  }

  return {
    resolve(prompt, context) {
      const known = prompts.get(prompt);
      const unit: unknown = context?.unit;
      if (known === undefined || known.effective === null || !isUnit(unit) || !(now() < known.liveUntilMs)) {
        return withFallback(resolveRest(prompt, known, unit), context?.fallback);
      }
      const override = known.overrides === null ? null : overrideOf(known, unit, held);
      return withFallback(override ?? lookUp(known.effective, unit), context.fallback);
    },
    accept(answer, startedAtMs) {
      const atMs = startedAtMs - answer.ageMs;
      const untilMs = atMs + Math.min(options.maxAgeMs, answer.maxAgeMs ?? Number.POSITIVE_INFINITY);
      readFailure = null;
      for (const known of prompts.values()) known.failure = null;
      answer.invalid?.forEach(noteInvalid);
      answer.documents.forEach((document, index) => acceptOne(document, index, untilMs));
      freshness.confirm(atMs, untilMs);
      setAllLive();
    },
    noteFailure(code) {
      readFailure = code;
    },
    settle(prompt) {
      const known = prompts.get(prompt);
      if (known !== undefined) settle(known);
    },
    override(prompt, unit, version) {
      const known = knownOf(prompt);
      const overrides = known.overrides ?? new Map<string, number>();
      if (isVersion(version)) overrides.set(unit, version);
      else overrides.delete(unit);
      known.overrides = overrides.size === 0 ? null : overrides;
      settle(known);
    },
    setFallback(prompt, version) {
      const known = knownOf(prompt);
      known.fallback = version;
      settle(known);
    },
    wantFallback(prompt, version) {
      const known = knownOf(prompt);
      if (known.callersFallback === version) return;
      known.callersFallback = version;
      settle(known);
    },
    kill(killed) {
      isKilled = killed;
      setAllLive();
    },
    isCurrent: () => freshness.isCurrent(),
    ageMs: () => freshness.ageMs(),
    close: () => freshness.close(),
  };
}
