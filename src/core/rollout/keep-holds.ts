import { clip } from '../item/item-size';
import type { AuditEvent } from '../item/prompt-item';
import { formatRoughly } from '../policy/duration';
import type { Deadline, MissingKind, Policy } from '../policy/policy';
import type { Action } from './plan';
import type { Hold, HoldClock, HoldKind, Pause } from './rollout';

/** Something that keeps an experiment from going on, as seen by one tick. */
export type Finding = { kind: HoldKind; reason: string };

/** What is kept of holds: of a rollout or of a comparison. */
export interface Held {
  hold: Hold | null;
  clocks: readonly HoldClock[];
  pause: Pause | null;
}

/** Whose holds they are. */
export interface HoldContext {
  deadlines: Policy['deadlines'];
  /** What every alert and audit event of it carries. */
  facts: AuditEvent['detail'];
  /** False where a pause would change nothing any more. */
  canPause: boolean;
  /** A hold that was not seen for longer than this is over; one that comes back sooner never ended. */
  calmMs: number;
}

/** What holds now, and what the age of each hold calls for: first an alert, then a pause. */
export function keepHolds(
  held: Held,
  context: HoldContext,
  findings: readonly Finding[],
  nowMs: number,
): { next: Held; actions: Action[] } {
  const actions: Action[] = [];
  const clocks = held.clocks.filter(({ seenMs }) => nowMs - seenMs <= context.calmMs);
  let { pause } = held;
  for (const finding of findings) {
    const index = clocks.findIndex(({ kind }) => kind === finding.kind);
    const before = clocks[index] ?? null;
    const clock = before ?? { kind: finding.kind, sinceMs: nowMs, alertedAtMs: null, pagedAtMs: null };
    const due = dueOf(context, finding, clock, nowMs);
    const detail = { ...context.facts, hold: finding.kind, reason: clip(finding.reason) };
    if (before === null && finding.kind !== 'baking') actions.push({ kind: 'audit', event: 'held', detail });
    if (due.isAlert) {
      const severity = finding.kind === 'stable_missing' ? 'page' : 'warning';
      actions.push({ kind: 'alert', alert: `held_${finding.kind}`, severity, detail });
    }
    const kept: HoldClock = { ...clock, seenMs: nowMs, alertedAtMs: due.isAlert ? nowMs : clock.alertedAtMs };
    clocks.splice(index < 0 ? clocks.length : index, 1, kept);
    if (!due.isPause || pause !== null) continue;
    pause = pauseFor(finding, nowMs - clock.sinceMs, nowMs);
    actions.push({ kind: 'audit', event: 'paused', detail: { ...detail, because: pause.because } });
    actions.push({ kind: 'alert', alert: 'paused_by_deadline', severity: 'warning', detail });
  }
  return { next: { hold: shown(findings, clocks), clocks, pause }, actions };
}

/** The deadlines of a hold. Baking and quiet hours have none; a frozen rollout pages at once and needs no pause. */
function deadlineOf(deadlines: HoldContext['deadlines'], kind: HoldKind): Deadline | null {
  if (kind === 'baking' || kind === 'quiet_hours') return null;
  if (kind === 'stable_missing') return { alertMs: 0, pauseMs: Infinity };
  const missing: MissingKind = kind === 'both_arms_broken' ? 'data_fault' : kind;
  return deadlines[missing];
}

function dueOf(
  { deadlines, canPause }: HoldContext,
  finding: Finding,
  clock: Pick<HoldClock, 'sinceMs' | 'alertedAtMs'>,
  nowMs: number,
): { isAlert: boolean; isPause: boolean } {
  const deadline = deadlineOf(deadlines, finding.kind);
  const ageMs = nowMs - clock.sinceMs;
  return {
    isAlert: deadline !== null && ageMs >= deadline.alertMs && clock.alertedAtMs === null,
    isPause: deadline !== null && ageMs >= deadline.pauseMs && canPause,
  };
}

function pauseFor({ kind, reason }: Finding, ageMs: number, nowMs: number): Pause {
  return { by: `deadline:${kind}`, because: clip(`held for ${formatRoughly(ageMs)}: ${reason}`), atMs: nowMs };
}

function shown(findings: readonly Finding[], clocks: readonly HoldClock[]): Hold | null {
  const [first] = findings;
  const clock = clocks.find(({ kind }) => kind === first?.kind);
  if (first === undefined || clock === undefined) return null;
  const { sinceMs, alertedAtMs } = clock;
  return { kind: first.kind, reason: clip(first.reason), sinceMs, alertedAtMs };
}
