import type { ListedPrompt, VersionBody, VersionMessage, WholeVersion } from '../../core/ports';
import { isRecord, readText, readTimeMs, unreadable } from './json';
import { badPrompt, parsePromptListEntry, parsePromptVersion, textsOf } from './parse-prompt';

/**
 * One version with everything in it, as a GET without resolving or a POST answers it.
 * @param prompt the name that was asked for
 * @throws RampartError `provider_bad_response` when it is not a version of that prompt
 */
export function parseWholeVersion(body: unknown, prompt: string): WholeVersion {
  const version = parsePromptVersion(body, prompt);
  const raw = isRecord(body) ? body : {};
  const tags = textsOf(raw['tags'] ?? []);
  if (tags === null) throw badPrompt(prompt, unreadable('tags', 'a list of texts', raw['tags']));
  const commitMessage = readText(raw['commitMessage']);
  if (commitMessage === undefined) {
    throw badPrompt(prompt, unreadable('commitMessage', 'a text', raw['commitMessage']));
  }
  return { ...version, body: parseBody(raw, prompt), tags, commitMessage };
}

/** @throws RampartError `provider_bad_response` when it is not an entry of the list */
export function parseListedPrompt(raw: unknown): ListedPrompt {
  const { name, labels, versions } = parsePromptListEntry(raw);
  const entry = isRecord(raw) ? raw : {};
  const tags = textsOf(entry['tags'] ?? []);
  if (tags === null) throw badPrompt(name, unreadable('tags', 'a list of texts', entry['tags']));
  const updatedAtMs = readTimeMs(entry['lastUpdatedAt']) ?? null;
  return {
    prompt: name,
    type: parseType(entry['type'], name),
    versions: versions.sort((a, b) => a - b),
    labels,
    tags,
    updatedAtMs,
  };
}

function parseBody(raw: Record<string, unknown>, prompt: string): VersionBody {
  const written = raw['prompt'];
  if (parseType(raw['type'], prompt) === 'text') {
    if (typeof written === 'string') return { type: 'text', text: written };
    throw badPrompt(prompt, unreadable('prompt', 'a text', written));
  }
  if (!Array.isArray(written)) throw badPrompt(prompt, unreadable('prompt', 'a list of messages', written));
  return { type: 'chat', messages: written.map(parseMessage) };
}

/** Servers add `type` to plain messages, or do not. What says more than role and content is kept whole. */
function parseMessage(raw: unknown): VersionMessage {
  if (!isRecord(raw)) return { other: raw };
  const { type, role, content, name, ...more } = raw;
  if (Object.keys(more).length > 0) return { other: raw };
  if (type === 'placeholder' && typeof name === 'string' && role === undefined && content === undefined) {
    return { placeholder: name };
  }
  const isPlain = type === undefined || type === null || type === 'chatmessage';
  if (isPlain && typeof role === 'string' && typeof content === 'string' && name === undefined) {
    return { role, content };
  }
  return { other: raw };
}

function parseType(value: unknown, prompt: string): 'text' | 'chat' {
  if (value === 'text' || value === 'chat') return value;
  throw badPrompt(prompt, unreadable('type', 'text or chat', value));
}
