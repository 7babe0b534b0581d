import type { PromptItem } from '../item/prompt-item';
import { hasVersion } from '../item/version-ranges';
import type { LabelFacts } from '../rollout/evidence';
import type { Action } from '../rollout/plan';
import { deadlineMs, type Comparison } from './comparison';

/**
 * A version that is labelled `candidate` while a comparison runs waits for its end, and is said to, once. Nothing is lost: the
 * label is looked at again at every tick.
 */
export function sayWaiting(
  { said, usedVersions }: PromptItem,
  comparison: Comparison,
  { candidate, production }: LabelFacts,
): { actions: Action[]; said: string[] } {
  const nothing = { actions: [], said: [] };
  if (typeof candidate !== 'number' || candidate === production) return nothing;
  if (comparison.arms.some(({ version }) => version === candidate) || hasVersion(usedVersions, candidate))
    return nothing;
  const fact = `candidate_waits:${candidate}:${comparison.startedAtMs}`;
  if (said.includes(fact)) return nothing;
  const detail = { candidate, until: new Date(deadlineMs(comparison)).toISOString() };
  return { actions: [{ kind: 'alert', alert: 'candidate_waits', severity: 'info', detail }], said: [fact] };
}
