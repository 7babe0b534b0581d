import { checkBounds, parseBounds, type Bounds } from '../policy/bounds';
import { parsePolicy, type PolicyLayer } from '../policy/parse-policy';
import { pathText, type Path, type PolicySource, type Problem } from '../policy/problem';
import { readShape } from '../policy/read-shape';
import { writtenPrompt } from './written-config';

/**
 * Stands for the version's own policy, which is not known before a rollout starts: that is where a score is usually
 * guarded, so its absence is no mistake of the file.
 */
const VERSION_TO_COME: PolicyLayer = { source: 'version', value: { allowWithoutScores: true } };

/**
 * What is wrong with the policies of a file: each on its own, together with the default policy it is merged with, and
 * against the bounds as far as the file itself writes the value.
 * @param bounds as they are to be checked, written form; null = none
 */
export function policyProblems(file: {
  policy: unknown;
  prompts: Readonly<Record<string, unknown>>;
  bounds: unknown;
}): Problem[] {
  const read = file.bounds === null ? null : parseBounds(file.bounds);
  const bounds = read?.ok === true ? read.bounds : null;
  const deployment: PolicyLayer = { source: 'deployment', value: file.policy };
  const problems = read?.ok === false ? under(['bounds'], read.problems) : [];
  problems.push(...under(['policy'], layerProblems([VERSION_TO_COME, deployment], ['deployment'], bounds)));
  for (const [prompt, written] of Object.entries(file.prompts)) {
    const { problems: shape, readable } = readShape(writtenPrompt, written);
    const path = ['prompts', prompt];
    problems.push(
      ...shape.map((problem) => ({ path: pathText([...path, ...problem.path]), message: problem.message })),
    );
    const own: PolicyLayer = { source: 'prompt', value: readable.policy };
    const found = layerProblems([VERSION_TO_COME, own, deployment], ['prompt'], bounds);
    problems.push(...under([...path, 'policy'], found));
  }
  return problems;
}

/** The problems that a layer of these sources causes; those of a layer below are reported where it is written. */
function layerProblems(layers: PolicyLayer[], sources: PolicySource[], bounds: Bounds | null): Problem[] {
  const parsed = parsePolicy(layers);
  const problems = parsed.ok ? [] : parsed.problems;
  const looser = parsed.ok && bounds !== null ? checkBounds(parsed.policy, bounds, parsed.sources) : [];
  return [...problems, ...looser].filter(({ source }) => source !== undefined && sources.includes(source));
}

function under(prefix: Path, problems: readonly Problem[]): Problem[] {
  return problems.map(({ path, message }) => ({ path: joined(pathText(prefix), path), message }));
}

function joined(prefix: string, path: string): string {
  if (path === '') return prefix;
  return path.startsWith('[') ? `${prefix}${path}` : `${prefix}.${path}`;
}
