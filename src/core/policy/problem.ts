/** Where a value of a policy came from. */
export type PolicySource = 'version' | 'prompt' | 'deployment' | 'default';

/** One thing that is wrong with what a person wrote. */
export interface Problem {
  /** `guardrails[1].margin`; empty for the whole. */
  path: string;
  /** What was expected and what came. */
  message: string;
  /** The layer it was written in; absent where there are no layers. */
  source?: PolicySource;
}

/** Keys and list indexes, outermost first. */
export type Path = readonly PropertyKey[];

/** How a rule states a problem. */
export type Report = (path: Path, message: string) => void;

/** The text of a path: `guardrails[1].margin`. */
export function pathText(path: Path): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    const name = String(key);
    if (!/^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(name)) return `${text}[${show(name)}]`;
    return text === '' ? name : `${text}.${name}`;
  }, '');
}

/** One line for people: path, message and the layer it came from. */
export function describeProblem(problem: Problem): string {
  const where = problem.path === '' ? 'policy' : problem.path;
  return `${where}: ${problem.message}${problem.source === undefined ? '' : ` (from: ${problem.source})`}`;
}

const LONGEST_SHOWN = 60;

/** A value inside a message: short, and never the contents of a list or an object. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === '') return "'' (empty)";
  if (typeof value === 'string') {
    const short = value.length > LONGEST_SHOWN ? `${value.slice(0, LONGEST_SHOWN)}…` : value;
    return `'${JSON.stringify(short).slice(1, -1)}'`;
  }
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** Runs rules and gathers what they state. */
export function collectProblems(
  check: (report: Report) => void,
  sourceOf: (path: Path) => PolicySource | undefined = () => undefined,
): Problem[] {
  const problems: Problem[] = [];
  check((path, message) => {
    const source = sourceOf(path);
    problems.push({ path: pathText(path), message, ...(source === undefined ? {} : { source }) });
  });
  return problems;
}
