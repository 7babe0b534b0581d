import type { Action, DefinitionPlan, GivenLabel, Plan, PromptPlan } from '../prompts/plan/plan';

/** How many of each there are in a plan. */
export interface PlanCounts {
  newVersions: number;
  relabelled: number;
  refused: number;
  unchanged: number;
}

export function countPlan({ prompts }: Plan): PlanCounts {
  const outcomes = prompts.flatMap(({ definitions }) => definitions.map(({ outcome }) => outcome.kind));
  const count = (...kinds: string[]): number => outcomes.filter((kind) => kinds.includes(kind)).length;
  return {
    newVersions: count('new_version'),
    relabelled: count('relabel'),
    refused: count('refused'),
    unchanged: count('unchanged', 'left'),
  };
}

/** `2 new versions, 1 relabelled, 497 unchanged`. */
export function countsText({ newVersions, relabelled, refused, unchanged }: PlanCounts): string {
  const parts = [
    newVersions === 0 ? [] : [`${newVersions} new ${newVersions === 1 ? 'version' : 'versions'}`],
    relabelled === 0 ? [] : [`${relabelled} relabelled`],
    refused === 0 ? [] : [`${refused} refused`],
    unchanged === 0 ? [] : [`${unchanged} unchanged`],
  ].flat();
  return parts.length === 0 ? 'no prompts' : parts.join(', ');
}

/** What becomes of a definition, in words. */
export function outcomeText({ outcome, variant }: DefinitionPlan, { actions }: PromptPlan): string {
  switch (outcome.kind) {
    case 'unchanged':
      return `version ${outcome.version} says the same`;
    case 'left':
      return `left as it is; production is version ${outcome.version}`;
    case 'refused':
      return 'refused';
    case 'relabel': {
      const moves = actions.filter((action) => action.kind === 'move_label' && action.version === outcome.version);
      return `version ${outcome.version} says the same; ${moves.map(moveText).join(', ')}`;
    }
    case 'new_version': {
      const create = actions.find((action) => action.kind === 'create_version' && action.variant === variant);
      const labels = create?.kind === 'create_version' ? create.labels.map(givenText) : [];
      const other = outcome.against === 'base' ? 'its base' : `version ${outcome.against}`;
      const against = outcome.against === null ? '' : `, compared with ${other}`;
      return `new version ${outcome.version}${labels.length === 0 ? '' : ` labelled ${labels.join(', ')}`}${against}`;
    }
  }
}

/** An action in words, as it is done. */
export function actionText(action: Action, version: number | null): string {
  switch (action.kind) {
    case 'create_version': {
      const labels = action.labels.map(({ label }) => label);
      const of = action.variant === null ? '' : ` (${action.variant})`;
      const made = version === null ? `a new version${of}` : `version ${version}${of} made`;
      return labels.length === 0 ? made : `${made}, labelled ${labels.join(', ')}`;
    }
    case 'rewrite_tags':
      return `tags rewritten: ${tagsText(action.to)}`;
    case 'move_label':
      return moveText(action);
  }
}

export function tagsText(tags: readonly string[]): string {
  return tags.length === 0 ? 'none' : tags.join(', ');
}

export function definitionName({ prompt }: { prompt: string }, { variant }: { variant: string | null }): string {
  return variant === null ? prompt : `${prompt} (${variant})`;
}

function moveText(action: Action): string {
  if (action.kind !== 'move_label') return '';
  return `label ${action.label} goes to version ${action.version}${action.from === null ? '' : ` from version ${action.from}`}`;
}

function givenText({ label, from }: GivenLabel): string {
  return from === null ? label : `${label} (taken from version ${from})`;
}
