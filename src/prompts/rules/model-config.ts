import { closest } from '../../core/policy/did-you-mean';
import { parsePolicy } from '../../core/policy/parse-policy';
import { show } from '../../core/policy/problem';
import type { PromptProblem } from '../definition';
import type { LoadedPrompt } from '../load/collect-prompts';
import { problemAt } from './problem-at';

type Check = readonly [expected: string, accepts: (value: unknown) => boolean];

const isWhole = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 1;
const within =
  (low: number, high: number) =>
  (value: unknown): boolean =>
    typeof value === 'number' && value >= low && value <= high;

/** Keys that OpenAI-compatible endpoints know; a config may have others. */
const KNOWN: Readonly<Record<string, Check | null>> = {
  model: ['the name of a model', (value) => typeof value === 'string' && /\S/u.test(value)],
  temperature: ['a number from 0 to 2', within(0, 2)],
  top_p: ['a number from 0 to 1', within(0, 1)],
  max_tokens: ['a whole number from 1', isWhole],
  max_completion_tokens: ['a whole number from 1', isWhole],
  frequency_penalty: ['a number from -2 to 2', within(-2, 2)],
  presence_penalty: ['a number from -2 to 2', within(-2, 2)],
  seed: ['a whole number', (value) => Number.isSafeInteger(value)],
  response_format: ['an object', (value) => typeof value === 'object' && value !== null && !Array.isArray(value)],
  stop: null,
  tools: null,
  tool_choice: null,
  reasoning_effort: null,
};

/** What a written config says in the wrong way, or in a word that is a letter away from a known one. */
export function configProblems(config: Readonly<Record<string, unknown>>): ConfigProblem[] {
  return Object.entries(config).flatMap(([key, value]) => keyProblem(key, value) ?? []);
}

/** A problem of a key of a config. */
export interface ConfigProblem {
  key: string;
  message: string;
  severity: PromptProblem['severity'];
}

function keyProblem(key: string, value: unknown): ConfigProblem | null {
  if (value === null) return null;
  if (key === 'rollout')
    return { key, message: 'expected a rollout policy as `rollout`, beside `config`', severity: 'error' };
  if (Object.hasOwn(KNOWN, key)) {
    const check = KNOWN[key];
    if (check === null || check === undefined || check[1](value)) return null;
    return { key, message: `endpoints expect ${check[0]}, got ${show(value)}`, severity: 'warning' };
  }
  const near = closest(key, Object.keys(KNOWN));
  if (near === null || Math.abs(near.length - key.length) > 2 || key.includes(near)) return null;
  return { key, message: `no endpoint knows ${show(key)}; did you mean '${near}'?`, severity: 'warning' };
}

/** As the controller reads the policy of a version; what only the deployment can know is left to it. */
export function checkRollout(prompt: LoadedPrompt): PromptProblem[] {
  const { rollout } = prompt.definition.config;
  if (rollout === undefined) return [];
  const parsed = parsePolicy([{ source: 'version', value: rollout }]);
  const problems = parsed.ok ? parsed.warnings : parsed.problems;
  const own = problems.filter(({ source }) => source === 'version');
  return own.map(({ path, message }) =>
    problemAt(prompt, ['rollout', ...pathKeys(path)], message, parsed.ok ? 'warning' : 'error'),
  );
}

/** The keys of a path text such as `guardrails[1].margin`. */
function pathKeys(path: string): (string | number)[] {
  const parts = path.matchAll(/\[(\d+)\]|\['([^']*)'\]|([^.[\]]+)/gu);
  return [...parts].map(([, index, quoted, name]) => (index === undefined ? (quoted ?? name ?? '') : Number(index)));
}
