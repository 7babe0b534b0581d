import type { WholeVersion } from '../../core/ports';
import { collectPrompts, type LoadedPrompt } from '../load/collect-prompts';
import { readModelConfigs } from '../load/model-configs';
import { readMarkdown } from '../load/read-markdown';
import { writeMarkdown, type WritableDefinition } from '../load/write-markdown';
import type { ChatMessage, PromptBody } from '../definition';
import { contentHash } from '../hash';
import { readCommitMessage } from '../commit-message';
import { readTemplate } from '../rules/template';

/** A version as a definition that can be written, the file's text, and how it is loaded from there; or why there is none. */
export type Adopted =
  | { ok: true; definition: WritableDefinition; text: string; loaded: LoadedPrompt }
  | { ok: false; reason: string };

const FIRST_SEMVER = '1.0.0';

/** `@@@langfusePrompt:name=NAME|…@@@` */
const REFERENCE = /@@@langfusePrompt:name=([^|@]+)\|/gu;

/**
 * Turns a version into the text of a Markdown file that says the same: it is read back and compared before it is given out.
 * @param defined names of prompts that have a definition; other prompts that are referred to are noted as external
 * @param semver of the definition; null = what its commit message says, else 1.0.0
 * @param file that it is to be written to, for the places of what is wrong
 */
export function adoptVersion(
  version: WholeVersion,
  defined: ReadonlySet<string>,
  semver: string | null,
  file: string,
): Adopted {
  const body = writableBody(version);
  if (body === null)
    return { ok: false, reason: 'it has messages that are neither a text of a role nor a placeholder' };
  const { config = {} } = version;
  if (!isRecord(config)) return { ok: false, reason: 'its config is not an object' };
  const texts = textsOf(body);
  const referred = texts.flatMap((text) => [...text.matchAll(REFERENCE)].map((match) => match[1]!));
  const external = [...new Set(referred)].filter((name) => !defined.has(name)).sort();
  const definition: WritableDefinition = {
    name: version.prompt,
    semver: semver ?? stampedSemver(version) ?? FIRST_SEMVER,
    body,
    config,
    labels: [],
    tags: version.tags.toSorted(),
    description: null,
    variables: [...new Set(texts.flatMap((text) => readTemplate(text).uses.map(({ name }) => name)))],
    ...(external.length === 0 ? {} : { external }),
  };
  const text = writeMarkdown(definition);
  const loaded = readBack(text, definition, file);
  if (loaded !== null) return { ok: true, definition, text, loaded };
  return { ok: false, reason: 'a Markdown file cannot say what it says (an empty text, an unusual name)' };
}

/** The file's text as it is loaded; null when that is not the definition, to the last character. */
function readBack(text: string, definition: WritableDefinition, file: string): LoadedPrompt | null {
  const { source, problems } = readMarkdown(file, text, (front) => front['type'] === 'chat');
  if (source === null || problems.some(({ severity }) => severity === 'error')) return null;
  const loaded = collectPrompts([source], [], readModelConfigs([])).prompts[0];
  if (loaded === undefined) return null;
  const { name, tags } = loaded.definition;
  const isSame =
    name === definition.name &&
    contentHash(loaded.definition) === contentHash(definition) &&
    JSON.stringify(tags) === JSON.stringify(definition.tags);
  return isSame ? loaded : null;
}

function stampedSemver(version: WholeVersion): string | null {
  const stamp = readCommitMessage(version.commitMessage);
  return stamp?.hash === contentHash(version) ? stamp.semver : null;
}

function writableBody({ body }: WholeVersion): PromptBody | null {
  if (body.type === 'text') return body;
  const messages = body.messages.filter((message): message is ChatMessage => !('other' in message));
  return messages.length === body.messages.length ? { type: 'chat', messages } : null;
}

function textsOf(body: PromptBody): string[] {
  if (body.type === 'text') return [body.text];
  return body.messages.flatMap((message) => ('content' in message ? [message.content] : []));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
