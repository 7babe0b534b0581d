import type { AuditEvent } from '../item/prompt-item';
import { describeComparisonEvent } from './comparison-events';
import type { Period } from './week';

/** Something that happened to a prompt, as one sentence. */
export interface ReportEvent {
  atMs: number;
  /** The audit event's kind. */
  kind: string;
  rolloutId: string | null;
  text: string;
}

/** Every rollout bakes and has quiet hours; that is not news. */
const ROUTINE_HOLDS: readonly unknown[] = ['baking', 'quiet_hours'];

/**
 * The events of a period, oldest first, each once. Holds of one kind in one rollout are one line, at the time of the first
 * and with the reason of the last.
 */
export function eventsOf(events: readonly AuditEvent[], { fromMs, toMs }: Period): ReportEvent[] {
  const byId = new Map(events.map((event) => [event.id, event]));
  const inOrder = [...byId.values()]
    .filter(({ atMs, kind, detail }) => {
      const isRoutine = kind === 'held' && ROUTINE_HOLDS.includes(detail['hold']);
      return atMs >= fromMs && atMs < toMs && !isRoutine;
    })
    .sort((a, b) => a.atMs - b.atMs);
  const lines = new Map<string, { first: AuditEvent; last: AuditEvent; times: number }>();
  for (const event of inOrder) {
    const key = event.kind === 'held' ? `${event.rolloutId} ${String(event.detail['hold'])}` : event.id;
    const line = lines.get(key);
    if (line === undefined) lines.set(key, { first: event, last: event, times: 1 });
    else lines.set(key, { ...line, last: event, times: line.times + 1 });
  }
  return [...lines.values()].map(({ first, last, times }) => ({
    atMs: first.atMs,
    kind: first.kind,
    rolloutId: first.rolloutId,
    text: times === 1 ? describe(first) : `${describe(last)} (${times} times, the last reason is given)`,
  }));
}

/** One sentence without its full stop. An event of a kind that is not known here is still told. */
function describe(event: AuditEvent): string {
  const { kind, by, detail } = event;
  const ofComparison = describeComparisonEvent(event);
  if (ofComparison !== null) return ofComparison;
  const fact = (key: string): string => String(detail[key] ?? '?');
  const candidate = `version ${fact('candidate')}`;
  const given = detail['because'] ?? detail['reason'] ?? '';
  const because = given === '' ? '' : `: ${String(given)}`;
  const guardrail = typeof detail['guardrail'] === 'string' ? ` over ${detail['guardrail']}` : '';
  switch (kind) {
    case 'started':
      return `rollout of ${candidate} started at ${fact('percent')} %, against version ${fact('stable')}, by ${by}`;
    case 'advanced':
      return `${candidate} went on to ${fact('percent')} %`;
    case 'held':
      return `${candidate} was held at ${fact('percent')} %${because}`;
    case 'paused':
      return `${candidate} was paused by ${by}${because}`;
    case 'resumed':
      return `${candidate} was resumed by ${by}${because}`;
    case 'promoting':
      return given === '' ? `${candidate} was proven safe` : `${candidate} was promoted by hand by ${by}${because}`;
    case 'promoted':
      return `${candidate} was promoted: production moved to it`;
    case 'watch_ended':
      return `the watch over ${candidate} ended; its promotion is final`;
    case 'rolled_back':
      return `${candidate} was rolled back by ${detail['by'] === undefined ? by : fact('by')}${guardrail}${because}`;
    case 'rolled_back_to':
      return `production was rolled back to version ${fact('to')} by ${by}${because}`;
    case 'promoted_to':
      return `production was given to version ${fact('to')} by ${by}${because}`;
    case 'aborted':
      return `rollout of ${candidate} ended without a decision${because}`;
    case 'verified':
      return `the end of the rollout of ${candidate} was verified: production is where it should be`;
    case 'production_moved':
      return `production was moved by someone else: expected version ${fact('expected')}, seen ${fact('seen')}`;
    case 'released':
      return `version ${fact('version')} was released by ${by} and may be rolled out again${because}`;
    case 'policy_refused':
      return `${candidate} was refused: its policy is not valid${because}`;
    default:
      return `${kind.replaceAll('_', ' ')}${because}`;
  }
}
