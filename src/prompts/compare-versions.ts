import { RampartError } from '../core/errors';
import type { PromptSync, VersionBody } from '../core/ports';
import type { PromptDefinition } from './definition';
import { contentDiff } from './plan/diff-lines';
import type { ContentDiff } from './plan/plan';
import { shellWord } from '../core/shell-word';

/** What is compared: a version by number or label, or a definition: `local`, `local:VARIANT`. */
export interface Side {
  /** How it was found: `version 3 (production)`, `prompts/answer.md`. */
  title: string;
  /** null = a definition. */
  version: number | null;
  body: VersionBody;
  config: unknown;
  labels: readonly string[];
  tags: readonly string[];
}

export interface Comparison {
  from: Side;
  to: Side;
  diff: ContentDiff;
}

/** @param definitions of the prompts folder */
export async function compareVersions(
  sync: PromptSync,
  prompt: string,
  [from, to]: readonly [string, string],
  definitions: readonly PromptDefinition[],
): Promise<Comparison> {
  const sides = await Promise.all([readSide(sync, prompt, from, definitions), readSide(sync, prompt, to, definitions)]);
  return { from: sides[0], to: sides[1], diff: contentDiff(sides[0], sides[1]) };
}

async function readSide(
  sync: PromptSync,
  prompt: string,
  named: string,
  definitions: readonly PromptDefinition[],
): Promise<Side> {
  if (named === 'local' || named.startsWith('local:'))
    return localSide(prompt, named.slice('local:'.length), definitions);
  const isNumber = /^[1-9]\d{0,8}$/u.test(named);
  const found = isNumber
    ? await sync.wholeVersion(prompt, Number(named))
    : await sync.wholeVersionByLabel(prompt, named);
  if (found === null) {
    throw new RampartError(
      'not_found',
      `${prompt}: expected ${isNumber ? 'version' : 'a version with label'} ${named}, got none`,
      {
        hint: `see: rampart versions ${shellWord(prompt)}`,
      },
    );
  }
  const { version, body, config, labels, tags } = found;
  return {
    title: `version ${version}${labels.length === 0 ? '' : ` (${labels.join(', ')})`}`,
    version,
    body,
    config,
    labels,
    tags,
  };
}

function localSide(prompt: string, variant: string, definitions: readonly PromptDefinition[]): Side {
  const found = definitions.find((each) => each.name === prompt && (each.variant ?? '') === variant);
  if (found === undefined) {
    const what = variant === '' ? prompt : `${prompt} (${variant})`;
    throw new RampartError('not_found', `${what}: expected a definition in the prompts folder, got none`);
  }
  const { body, config, labels, tags, source } = found;
  return { title: source.file, version: null, body, config, labels, tags };
}
