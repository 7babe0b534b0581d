import { RampartError } from '../../core/errors';
import type { PromptVersion } from '../../core/ports';
import type { Call } from './call';
import { badPrompt, parsePromptListEntry, parsePromptVersion } from './parse-prompt';
import { checkedLabel, checkedName, checkedVersion, getVersion, listEntries } from './prompt-requests';

/** Names of the prompts that have a version with this label. */
export async function promptsWithLabel(call: Call, label: string): Promise<string[]> {
  const names = new Set<string>();
  for await (const entry of listEntries(call, { label: checkedLabel(label) }, parsePromptListEntry)) {
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
  for await (const entry of listEntries(call, { name: prompt, label: checkedLabel(label) }, parsePromptListEntry)) {
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
  const found = await getVersion(call, prompt, { label }, parsePromptVersion);
  if (found !== null && !found.labels.includes(label)) {
    throw badPrompt(prompt, `asked for label ${label}, got version ${found.version}, which does not hold it`);
  }
  return found;
}

/** One version; null when it does not exist. */
export async function versionByNumber(call: Call, prompt: string, version: number): Promise<PromptVersion | null> {
  const found = await getVersion(call, prompt, { version }, parsePromptVersion);
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
