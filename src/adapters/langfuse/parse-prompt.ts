import { RampartError } from '../../core/errors';
import type { PromptVersion } from '../../core/ports';
import { isRecord, readNumber, readText, readTimeMs, unreadable } from './json';
import { isVersion } from './parse-observation';

/**
 * One version of a prompt, as a GET or a PATCH answers it.
 * @param prompt the name that was asked for
 * @throws RampartError `provider_bad_response` when it is not a version of that prompt
 */
export function parsePromptVersion(body: unknown, prompt: string): PromptVersion {
  const raw = isRecord(body) ? body : {};
  if (raw['name'] !== prompt) throw badPrompt(prompt, unreadable('name', 'the name that was asked for', raw['name']));
  const version = readNumber(raw['version']);
  if (!isVersion(version)) throw badPrompt(prompt, unreadable('version', 'a whole number from 1', raw['version']));
  const labels = textsOf(raw['labels']);
  if (labels === null) throw badPrompt(prompt, unreadable('labels', 'a list of texts', raw['labels']));
  return { prompt, version, labels, config: raw['config'], createdAtMs: readTimeMs(raw['createdAt']) ?? null };
}

/** A prompt in the list, where one entry stands for all versions that were asked for. */
export interface PromptListEntry {
  name: string;
  labels: string[];
  versions: number[];
}

/** @throws RampartError `provider_bad_response` when it is not an entry of the list */
export function parsePromptListEntry(raw: unknown): PromptListEntry {
  const entry = isRecord(raw) ? raw : {};
  const name = readText(entry['name']);
  if (!name) throw badPrompt('the list', unreadable('name', 'a text', entry['name']));
  const labels = textsOf(entry['labels']);
  if (labels === null) throw badPrompt(name, unreadable('labels', 'a list of texts', entry['labels']));
  const versions: unknown[] = Array.isArray(entry['versions']) ? entry['versions'] : [null];
  const numbers = versions.map(readNumber).filter(isVersion);
  if (numbers.length < versions.length) {
    throw badPrompt(name, unreadable('versions', 'a list of whole numbers from 1', entry['versions']));
  }
  return { name, labels, versions: numbers };
}

export function badPrompt(prompt: string, reason: string): RampartError {
  return new RampartError('provider_bad_response', `Langfuse's prompt ${JSON.stringify(prompt)}: ${reason}`);
}

/** A list of texts; null when it is something else. */
export function textsOf(value: unknown): string[] | null {
  if (!Array.isArray(value)) return null;
  const texts = value.filter((item) => typeof item === 'string');
  return texts.length === value.length ? texts : null;
}
