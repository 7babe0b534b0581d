import { freezeGuardrails } from '../src/core/judging/freeze-guardrails';
import { parsePolicy } from '../src/core/policy/parse-policy';
import type { Assignment } from '../src/core/assignment/assignment';
import { startRollout } from '../src/core/rollout/plan-start';
import type { Rollout } from '../src/core/rollout/rollout';
import { PROMPT } from './rows';

export const START_MS = Date.UTC(2026, 0, 12);

const POLICY = {
  guardrails: [
    { metric: 'score:quality', direction: 'higher_is_better', range: [1, 5], margin: 0.25 },
    { metric: 'error_rate' },
    { metric: 'latency' },
  ],
};

/** The rollout that is measured: a score, errors and latency, at 10 %. */
export function benchRollout(): Rollout {
  const parsed = parsePolicy([{ source: 'deployment', value: POLICY }]);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const { policy, sources } = parsed;
  const { guardrails } = freezeGuardrails(policy, new Map());
  const versions = { prompt: PROMPT, stable: 1, candidate: 2, startedBy: 'bench', labelledAtStart: 2 };
  const rest = { policy, policySources: sources, policyHash: '', guardrails, warnings: [] };
  return startRollout({ ...versions, ...rest }, START_MS).rollout;
}

/** What serves its users. */
export function benchAssignment({ salt, id }: Rollout): Assignment {
  const arm = { name: 'candidate', version: 2, from: 0, to: 1000 };
  const fixed = { schema: 1, prompt: PROMPT, epoch: 1, stable: 1, step: 0, writtenAtMs: START_MS } as const;
  return { ...fixed, experiment: id, salt, arms: [arm] };
}
