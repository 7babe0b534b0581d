import { DEFAULT_POLICY } from './default-policy';
import { normalisePolicy } from './normalise-policy';
import type { Policy } from './policy';
import { checkKeys, checkTogether, checkWarnings } from './policy-rules';
import { collectProblems, type Path, type PolicySource, type Problem, type Report } from './problem';
import { readShape, type Readable } from './read-shape';
import { POLICY_KEYS, writtenPolicy, type PolicyKey, type WrittenPolicy } from './written-policy';

/** One place a policy is written in. */
export interface PolicyLayer {
  source: PolicySource;
  /** Read from YAML or JSON; undefined = nothing is written there. */
  value: unknown;
}

/** A policy with the layer that each of its keys came from, or everything that is wrong. */
export type ParsedPolicy =
  | { ok: true; policy: Policy; sources: Record<PolicyKey, PolicySource>; warnings: Problem[] }
  | { ok: false; problems: Problem[] };

/**
 * Reads a policy out of its layers, merged by top-level key: the first layer that has a key wins, lists and objects
 * whole; the built-in defaults come last. Every layer is checked on its own, so that a mistake in a key that another
 * layer overrides is found too.
 * @param layers strongest first: version, prompt, deployment
 * @returns the frozen policy, or all problems of all layers
 */
export function parsePolicy(layers: readonly PolicyLayer[]): ParsedPolicy {
  const written = [...layers, { source: 'default', value: DEFAULT_POLICY } as const].filter(
    ({ value }) => value !== undefined,
  );
  const read = written.map(readLayer);
  const { merged, sources } = mergeLayers(read);
  const sourceOf = ([key]: Path): PolicySource => sources[key as PolicyKey];
  const between = collectProblems((report) => checkTogether(merged, report), sourceOf);
  const problems = [...read.flatMap((layer) => layer.problems), ...between];
  if (problems.length > 0) return { ok: false, problems };
  const policy = normalisePolicy(writtenPolicy.required().parse(merged));
  return {
    ok: true,
    policy: deepFreeze(policy),
    sources,
    warnings: collectProblems((warn) => checkWarnings(merged, warn), sourceOf),
  };
}

interface ReadLayer {
  source: PolicySource;
  problems: Problem[];
  readable: Readable<WrittenPolicy>;
}

function readLayer({ source, value }: PolicyLayer): ReadLayer {
  const { problems, readable } = readShape(writtenPolicy, value);
  const states = (report: Report): void => {
    for (const { path, message } of problems) report(path, message);
    checkKeys(readable, report);
  };
  return { source, readable, problems: collectProblems(states, () => source) };
}

function mergeLayers(layers: readonly ReadLayer[]): {
  merged: Readable<WrittenPolicy>;
  sources: Record<PolicyKey, PolicySource>;
} {
  const winners = POLICY_KEYS.map((key) => {
    const winner = layers.find(({ readable }) => Object.hasOwn(readable, key));
    return { key, source: winner?.source ?? 'default', value: winner?.readable[key] };
  });
  return {
    merged: Object.fromEntries(winners.map(({ key, value }) => [key, value])),
    sources: Object.fromEntries(winners.map(({ key, source }) => [key, source])) as Record<PolicyKey, PolicySource>,
  };
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) for (const item of Object.values(value)) deepFreeze(item);
  return Object.freeze(value);
}
