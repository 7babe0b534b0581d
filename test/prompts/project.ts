import { createPromptSync } from '../../src/adapters/langfuse/prompt-sync';
import type { PromptSync } from '../../src/core/ports';
import { startLangfuseStandIn, type StandIn } from '../../src/local/langfuse/server';
import { applyPlan, type ActionResult } from '../../src/prompts/apply/apply-plan';
import type { PromptDefinition } from '../../src/prompts/definition';
import { contentHash } from '../../src/prompts/hash';
import { makePlan, type PlanPorts } from '../../src/prompts/plan/make-plan';
import type { Plan } from '../../src/prompts/plan/plan';
import type { PlanOptions } from '../../src/prompts/plan/draft';
import { politeSync, type Politeness } from '../../src/prompts/remote/polite-sync';

/* A Langfuse project over HTTP, and definitions to be compared with it. */

export const GIT = { commit: 'a'.repeat(40), subject: 'Shorter answers', hasChanges: false };

export const OPTIONS: PlanOptions = { candidateLabel: 'candidate', label: null, git: GIT, knownHashes: new Set() };

/** A definition of a text prompt. */
export function defined(name: string, text: string, more: Partial<PromptDefinition> = {}): PromptDefinition {
  return {
    name,
    variant: null,
    semver: '1.0.0',
    body: { type: 'text', text },
    config: {},
    labels: [],
    tags: [],
    description: null,
    variables: [],
    tests: [],
    testThreshold: 0.8,
    source: { file: `prompts/${name}.md`, line: 1, column: 1 },
    ...more,
  };
}

export interface Project {
  standIn: StandIn;
  sync: PromptSync;
  /** Requests so far. */
  requests: () => number;
  close: () => Promise<void>;
}

/** An empty project; its clock moves with every request. */
export async function startProject(): Promise<Project> {
  let nowMs = Date.UTC(2026, 10, 22, 12);
  let requests = 0;
  const standIn = await startLangfuseStandIn({ nowMs: () => (nowMs += 1000) });
  const { baseUrl, publicKey, secretKey, close } = standIn;
  const onRequest = async (): Promise<void> => void (requests += 1);
  const sync = createPromptSync({ baseUrl, publicKey, secretKey, timeoutMs: 5000, onRequest });
  return { standIn, sync, requests: () => requests, close };
}

/** Puts a version there, as somebody does in the UI. */
export function written(
  { standIn }: Project,
  name: string,
  text: string,
  more: { labels?: string[]; tags?: string[]; config?: unknown } = {},
): void {
  const nowMs = Date.UTC(2026, 10, 22, 11);
  standIn.data.createPrompt({ name, prompt: text, ...more }, nowMs);
}

/** What a project holds, without ids and times: enough to see that two are the same. */
export function stateOf({ standIn }: Project): unknown {
  const { prompts } = standIn.data;
  return prompts.names().map((name) => ({
    name,
    versions: prompts.versions(name).map(({ version, prompt, config, labels, tags, commitMessage }) => ({
      version,
      prompt,
      config,
      labels: labels.toSorted(),
      tags: tags.toSorted(),
      commitMessage,
    })),
  }));
}

/** The contents of a prompt's versions that are there more than once. */
export function duplicates({ standIn }: Project, name: string): string[] {
  const hashes = standIn.data.prompts
    .versions(name)
    .map(({ prompt, config }) => contentHash({ body: { type: 'text', text: String(prompt) }, config }));
  return hashes.filter((hash, index) => hashes.indexOf(hash) !== index);
}

/** Waits for nothing. */
export const POLITENESS: Politeness = {
  parallel: 8,
  tries: 3,
  backoffMs: 1,
  maxWaitMs: 60_000,
  wait: async () => {},
};

export function plan(
  sync: PromptSync,
  definitions: readonly PromptDefinition[],
  options: Partial<PlanOptions> = {},
  store: PlanPorts['store'] = null,
): Promise<Plan> {
  const ports = { sync: politeSync(sync, POLITENESS), store, server: 'test' };
  return makePlan(ports, definitions, { ...OPTIONS, ...options });
}

export function apply(
  sync: PromptSync,
  planned: Plan,
  options: { isStored?: boolean; politeness?: Politeness } = {},
): Promise<ActionResult[]> {
  const { isStored = false, politeness = POLITENESS } = options;
  const { signal } = new AbortController();
  return applyPlan(politeSync(sync, politeness), planned, { politeness, isStored, signal });
}

/** Plans and applies. */
export async function deploy(
  sync: PromptSync,
  definitions: readonly PromptDefinition[],
  options: Partial<PlanOptions> = {},
): Promise<ActionResult[]> {
  return apply(sync, await plan(sync, definitions, options));
}
