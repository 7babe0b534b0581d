import { parsePolicy, type ParsedPolicy, type PolicyLayer } from '../../../src/core/policy/parse-policy';
import type { Policy } from '../../../src/core/policy/policy';
import type { Problem } from '../../../src/core/policy/problem';

/** A guardrail that satisfies the rule that a score must be guarded. */
export const HELPFUL = { metric: 'score:helpfulness', direction: 'higher_is_better', range: [0, 1] } as const;

/** One layer, as a version's config would hold it. */
export function version(value: unknown): PolicyLayer {
  return { source: 'version', value };
}

/** The problems of a policy written in one layer; `path: message` each. */
export function problemsOf(value: unknown): string[] {
  return refused(parsePolicy([version(value)])).map(({ path, message }) => `${path}: ${message}`);
}

/** The problems of a policy that has a guarded score besides. */
export function problemsWith(value: object): string[] {
  return problemsOf({ guardrails: [HELPFUL], ...value });
}

export function refused(parsed: ParsedPolicy): Problem[] {
  if (parsed.ok) throw new Error('the policy was accepted');
  return parsed.problems;
}

export function accepted(parsed: ParsedPolicy): Extract<ParsedPolicy, { ok: true }> {
  if (!parsed.ok) throw new Error(parsed.problems.map(({ path, message }) => `${path}: ${message}`).join('\n'));
  return parsed;
}

/** The normalised form of a policy written in one layer. */
export function policyOf(value: object): Policy {
  return accepted(parsePolicy([version({ guardrails: [HELPFUL], ...value })])).policy;
}
