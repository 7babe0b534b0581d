import { isTerminal } from '../../core/rollout/rollout';
import { canonicalJson } from '../../core/policy/canonical-json';
import type { PromptStore, PromptSync } from '../../core/ports';
import type { PromptDefinition } from '../definition';
import { sha256 } from '../hash';
import { inParallel } from '../in-parallel';
import { readProject, type RemoteProject } from '../remote/read-remote';
import type { Plan, PromptPlan } from './plan';
import type { GuardFacts, PlanOptions } from './draft';
import { planPrompt } from './plan-prompt';

const ITEMS_AT_ONCE = 8;

export interface PlanPorts {
  sync: PromptSync;
  /** null = no controller is deployed, so that nothing is remembered. */
  store: Pick<PromptStore, 'read'> | null;
  /** The Langfuse project: address and public key. */
  server: string;
  onRead?: (done: number, of: number) => void;
}

/** Reads Langfuse, and what the controller remembers of the prompts that something is to be done for, and plans. */
export async function makePlan(
  { sync, store, server, onRead }: PlanPorts,
  definitions: readonly PromptDefinition[],
  options: PlanOptions,
): Promise<Plan> {
  const byName = groupByName(definitions);
  const { candidateLabel } = options;
  const project = await readProject(sync, byName, { candidateLabel, ...(onRead === undefined ? {} : { onRead }) });
  const unguarded = planPrompts(byName, project, null, options, server);
  if (store === null) return unguarded;
  const open = unguarded.prompts.filter(isOpen).map(({ prompt }) => prompt);
  const guards = await inParallel(
    open,
    ITEMS_AT_ONCE,
    async (prompt) => [prompt, await readGuard(store, prompt)] as const,
  );
  return planPrompts(byName, project, new Map(guards), options, server);
}

/** True when a definition is not what production says, so that what was rolled back or used before matters. */
function isOpen({ seen, definitions }: PromptPlan): boolean {
  const live = seen?.holders['production'] ?? [];
  return definitions.some(({ outcome }) => outcome.kind !== 'unchanged' || !live.includes(outcome.version));
}

/** Plans every prompt, by name. Pure. */
export function planPrompts(
  definitions: ReadonlyMap<string, readonly PromptDefinition[]>,
  project: RemoteProject,
  guards: ReadonlyMap<string, GuardFacts> | null,
  options: PlanOptions,
  server: string,
): Plan {
  const names = [...definitions.keys()].sort();
  const prompts = names.map((name) =>
    planPrompt(definitions.get(name)!, project.prompts.get(name) ?? null, guards?.get(name) ?? null, options),
  );
  const fingerprint = sha256(canonicalJson(prompts.map((each) => [each.prompt, each.fingerprint]))).slice(0, 16);
  return { schema: 1, server, git: options.git, fingerprint, prompts, others: project.others };
}

/** The base first, then its variants by name. */
export function groupByName(definitions: readonly PromptDefinition[]): Map<string, PromptDefinition[]> {
  const byName = new Map<string, PromptDefinition[]>();
  for (const definition of definitions) {
    const group = byName.get(definition.name);
    if (group === undefined) byName.set(definition.name, [definition]);
    else group.push(definition);
  }
  const rank = ({ variant }: PromptDefinition): string => variant ?? '';
  for (const group of byName.values()) group.sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
  return byName;
}

async function readGuard(store: Pick<PromptStore, 'read'>, prompt: string): Promise<GuardFacts> {
  const item = await store.read(prompt);
  const rollout = item?.rollout ?? null;
  return {
    quarantined: item?.quarantined ?? [],
    used: item?.usedVersions ?? [],
    running: rollout === null || isTerminal(rollout.phase) ? null : rollout.candidate,
  };
}
