import { isRampartError, RampartError } from '../../core/errors';
import type { PromptVersion } from '../../core/ports';
import type { Call } from './call';
import { isRecord, kindOf, readNumber } from './json';
import { rowsOf } from './page';
import { badPrompt, parsePromptListEntry, parsePromptVersion, type PromptListEntry } from './parse-prompt';

/** Most prompts that the list gives at once. */
const PROMPT_PAGE_LIMIT = 100;

/** What Langfuse's creation of a prompt takes as a label; its PATCH takes anything, so it is checked here. */
const LABEL = /^[a-z0-9_\-.]{1,36}$/u;

/** Names of the prompts that have a version with this label. */
export async function promptsWithLabel(call: Call, label: string): Promise<string[]> {
  const names = new Set<string>();
  for await (const entry of listPrompts(call, { label: checkedLabel(label) })) {
    if (entry.labels.includes(label)) names.add(entry.name);
  }
  return [...names];
}

/**
 * Every version that holds the label, ascending. One is right; more than one is what two moves at once of a label that
 * nobody held can leave behind. The list says which versions to look at, each version's own answer decides.
 */
export async function versionsWithLabel(call: Call, prompt: string, label: string): Promise<number[]> {
  const candidates = new Set<number>();
  for await (const entry of listPrompts(call, { name: prompt, label: checkedLabel(label) })) {
    if (entry.name === prompt) for (const version of entry.versions) candidates.add(version);
  }
  const holders: number[] = [];
  for (const version of candidates) {
    const found = await versionByNumber(call, prompt, version);
    if (found?.labels.includes(label)) holders.push(version);
  }
  return holders.sort((a, b) => a - b);
}

/** The version that holds the label; null when there is none. */
export async function versionByLabel(call: Call, prompt: string, label: string): Promise<PromptVersion | null> {
  const found = await readVersion(call, prompt, { label: checkedLabel(label) });
  if (found !== null && !found.labels.includes(label)) {
    throw badPrompt(prompt, `asked for label ${label}, got version ${found.version}, which does not hold it`);
  }
  return found;
}

/** One version; null when it does not exist. */
export async function versionByNumber(call: Call, prompt: string, version: number): Promise<PromptVersion | null> {
  const found = await readVersion(call, prompt, { version: checkedVersion(version) });
  if (found !== null && found.version !== version) {
    throw badPrompt(prompt, `asked for version ${version}, got version ${found.version}`);
  }
  return found;
}

/** Gives the label to the version, and checks that the answer says so; the caller reads back. */
export async function moveLabel(call: Call, prompt: string, version: number, label: string): Promise<void> {
  if (checkedLabel(label) === 'latest') {
    throw new RampartError(
      'bad_input',
      'label: expected one that can be moved, got latest, which Langfuse keeps itself',
    );
  }
  checkedVersion(version);
  const body = await call('label', 'prompts', (client, options) =>
    client.promptVersion.update(checkedName(prompt), version, { newLabels: [label] }, options),
  );
  const updated = parsePromptVersion(body, prompt);
  if (updated.version !== version || !updated.labels.includes(label)) {
    throw badPrompt(prompt, `moved label ${label} to version ${version}, got an answer that does not show it there`);
  }
}

/** References to other prompts are left as they are: their text is not needed, and a broken one must not matter. */
async function readVersion(
  call: Call,
  prompt: string,
  which: { label: string } | { version: number },
): Promise<PromptVersion | null> {
  const name = checkedName(prompt);
  try {
    const body = await call('prompt', 'prompts', (client, options) =>
      client.prompts.get(name, { ...which, resolve: false }, options),
    );
    return parsePromptVersion(body, prompt);
  } catch (error) {
    if (isRampartError(error, 'provider_not_found')) return null;
    throw error;
  }
}

async function* listPrompts(
  call: Call,
  query: { label: string; name?: string },
): AsyncGenerator<PromptListEntry, void, void> {
  for (let page = 1, pages = 1; page <= pages; page++) {
    const body = await call('prompt', 'prompts', (client, options) =>
      client.prompts.list({ ...query, page, limit: PROMPT_PAGE_LIMIT }, options),
    );
    for (const raw of rowsOf(body, 'list of prompts')) yield parsePromptListEntry(raw);
    pages = totalPages(body);
  }
}

function totalPages(body: unknown): number {
  const meta = isRecord(body) ? body['meta'] : undefined;
  const total = isRecord(meta) ? readNumber(meta['totalPages']) : undefined;
  if (typeof total === 'number') return total;
  throw new RampartError(
    'provider_bad_response',
    `Langfuse's list of prompts: expected meta.totalPages to be a number, got ${kindOf(isRecord(meta) ? meta['totalPages'] : meta)}`,
  );
}

/** An empty name would ask for the list, and `.` or `..` for another address. */
function checkedName(prompt: string): string {
  if (!/^\.{0,2}$/u.test(prompt)) return prompt;
  throw new RampartError('bad_input', `prompt: expected a name, got ${JSON.stringify(prompt)}`);
}

/** An empty label would ask for `production`. */
function checkedLabel(label: string): string {
  if (LABEL.test(label)) return label;
  throw new RampartError(
    'bad_input',
    `label: expected 1 to 36 of a-z, 0-9, _, - and . , got ${JSON.stringify(label.slice(0, 50))}`,
  );
}

/** Version 0 would ask for `production`. */
function checkedVersion(version: number): number {
  if (!Number.isSafeInteger(version) || version < 1) {
    throw new RampartError('bad_input', `version: expected a whole number from 1, got ${version}`);
  }
  return version;
}
