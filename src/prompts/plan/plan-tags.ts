import type { PromptDefinition } from '../definition';
import type { Draft } from './draft';
import type { Action, Finding } from './plan';

type RewriteTags = Omit<Extract<Action, { kind: 'rewrite_tags' }>, 'id'>;

/**
 * Tags belong to the name, and Langfuse takes them together with a new version only: the first version that is made carries
 * them, or they wait.
 */
export function planTags(
  base: PromptDefinition,
  { remote, creates }: Draft,
): { actions: RewriteTags[]; findings: Finding[] } {
  const to = base.tags.toSorted();
  const first = creates[0];
  if (remote === null) {
    if (first !== undefined && to.length > 0) first.tags = to;
    return { actions: [], findings: [] };
  }
  const from = remote.listed.tags.toSorted();
  if (JSON.stringify(from) === JSON.stringify(to)) return { actions: [], findings: [] };
  if (first === undefined) return { actions: [], findings: [{ kind: 'tags_wait', from, to }] };
  first.tags = to;
  return { actions: [{ kind: 'rewrite_tags', from, to }], findings: [] };
}
