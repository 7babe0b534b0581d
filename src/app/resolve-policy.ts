import { RampartError } from '../core/errors';
import { checkBounds, parseBounds } from '../core/policy/bounds';
import { canonicalJson } from '../core/policy/canonical-json';
import { parsePolicy } from '../core/policy/parse-policy';
import type { Policy } from '../core/policy/policy';
import { describeProblem, type Problem } from '../core/policy/problem';
import type { Rollout } from '../core/rollout/rollout';
import type { Controller } from './controller';

/** The policy of one version, with where each key came from, or everything that is wrong with it. */
export type ResolvedPolicy =
  | { ok: true; policy: Policy; sources: Rollout['policySources']; hash: string; warnings: string[] }
  | { ok: false; problems: string[] };

/**
 * Merges the policy of a version: its own `config.rollout` over the deployment's policy for the prompt, over the
 * deployment's default. The result has to keep within the deployment's bounds.
 * @param config the version's config as Langfuse holds it
 */
export function resolvePolicy(
  controller: Pick<Controller, 'settings' | 'sha256'>,
  prompt: string,
  config: unknown,
): ResolvedPolicy {
  const { settings, sha256 } = controller;
  const isObject = typeof config === 'object' && config !== null && 'rollout' in config;
  const parsed = parsePolicy([
    { source: 'version', value: isObject ? config.rollout : undefined },
    { source: 'prompt', value: settings.promptPolicies[prompt] },
    { source: 'deployment', value: settings.defaultPolicy },
  ]);
  if (!parsed.ok) return failed(parsed.problems);
  const bounds = parseBounds(settings.bounds ?? undefined);
  if (!bounds.ok) throw new RampartError('bad_input', `bounds: ${bounds.problems.map(describeProblem).join('; ')}`);
  const beyond = checkBounds(parsed.policy, bounds.bounds, parsed.sources);
  if (beyond.length > 0) return failed(beyond);
  return {
    ok: true,
    policy: parsed.policy,
    sources: parsed.sources,
    hash: sha256(canonicalJson(parsed.policy)),
    warnings: parsed.warnings.map(describeProblem),
  };
}

function failed(problems: readonly Problem[]): ResolvedPolicy {
  return { ok: false, problems: problems.map(describeProblem) };
}
