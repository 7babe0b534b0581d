import { RampartError } from '../../core/errors';
import type { ListedPrompt, NewVersion, PromptSync, VersionMessage, WholeVersion } from '../../core/ports';
import { createCall, type Call, type LangfuseOptions } from './call';
import { badPrompt } from './parse-prompt';
import { parseListedPrompt, parseWholeVersion } from './parse-whole-version';
import { checkedLabel, checkedName, getVersion, listEntries } from './prompt-requests';
import { moveLabel } from './prompts';

/** Langfuse's limit. */
const MAX_COMMIT_MESSAGE = 500;

/** Labels that a sync never gives: the one goes live by a promotion alone, the other is Langfuse's own. */
const NEVER_GIVEN: readonly string[] = ['production', 'latest'];

/**
 * The sync of prompts over Langfuse's public API, by the official SDK. Each request is sent once, within `timeoutMs`.
 * All methods reject with RampartErrors, as those of `createLangfuse` do.
 * @throws RampartError `bad_input` when the base URL is not one
 */
export function createPromptSync(options: LangfuseOptions): PromptSync {
  const call = createCall(options);
  return {
    async listPrompts() {
      const prompts: ListedPrompt[] = [];
      for await (const entry of listEntries(call, {}, parseListedPrompt)) prompts.push(entry);
      return prompts;
    },
    async listPrompt(prompt) {
      const query = { name: checkedName(prompt) };
      for await (const entry of listEntries(call, query, parseListedPrompt)) if (entry.prompt === prompt) return entry;
      return null;
    },
    wholeVersionByLabel: (prompt, label) => byLabel(call, prompt, label),
    wholeVersion: (prompt, version) => byNumber(call, prompt, version),
    async labelHolders(prompt, label) {
      const query = { name: checkedName(prompt), label: checkedLabel(label) };
      for await (const entry of listEntries(call, query, parseListedPrompt)) {
        if (entry.prompt === prompt) return entry.versions;
      }
      return [];
    },
    createVersion: (version) => createVersion(call, version),
    moveLabel: (prompt, version, label) => moveLabel(call, prompt, version, label),
  };
}

async function byLabel(call: Call, prompt: string, label: string): Promise<WholeVersion | null> {
  const found = await getVersion(call, prompt, { label }, parseWholeVersion);
  if (found === null || found.labels.includes(label)) return found;
  throw badPrompt(prompt, `asked for label ${label}, got version ${found.version}, which does not hold it`);
}

async function byNumber(call: Call, prompt: string, version: number): Promise<WholeVersion | null> {
  const found = await getVersion(call, prompt, { version }, parseWholeVersion);
  if (found === null || found.version === version) return found;
  throw badPrompt(prompt, `asked for version ${version}, got version ${found.version}`);
}

async function createVersion(call: Call, version: NewVersion): Promise<WholeVersion> {
  const { prompt, body, config, tags, commitMessage } = checkedNew(version);
  const common = {
    name: prompt,
    config,
    labels: [...version.labels],
    ...(tags === null ? {} : { tags: [...tags] }),
    commitMessage,
  };
  const answer = await call('prompt', 'prompts', (client, options) =>
    client.prompts.create(
      body.type === 'text'
        ? { type: 'text', prompt: body.text, ...common }
        : { type: 'chat', prompt: body.messages.map(writtenMessage), ...common },
      options,
    ),
  );
  const created = parseWholeVersion(answer, prompt);
  const missing = version.labels.filter((label) => !created.labels.includes(label));
  if (missing.length === 0) return created;
  throw badPrompt(prompt, `made version ${created.version} with label ${missing.join(', ')}, got one without it`);
}

function checkedNew(version: NewVersion): NewVersion {
  checkedName(version.prompt);
  for (const label of version.labels) {
    if (NEVER_GIVEN.includes(checkedLabel(label))) {
      throw new RampartError('bad_input', `labels: expected none of ${NEVER_GIVEN.join(', ')}, got ${label}`);
    }
  }
  const { length } = version.commitMessage;
  if (length <= MAX_COMMIT_MESSAGE) return version;
  throw new RampartError(
    'bad_input',
    `commitMessage: expected at most ${MAX_COMMIT_MESSAGE} characters, got ${length}`,
  );
}

function writtenMessage(message: VersionMessage) {
  if ('placeholder' in message) return { type: 'placeholder' as const, name: message.placeholder };
  if ('role' in message) return { role: message.role, content: message.content };
  throw new RampartError('bad_input', 'messages: expected texts of a role and placeholders, got something else');
}
