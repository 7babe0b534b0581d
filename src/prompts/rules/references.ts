import { didYouMean } from '../../core/policy/did-you-mean';
import { show } from '../../core/policy/problem';
import type { PromptProblem } from '../definition';
import type { LoadedPrompt } from '../load/collect-prompts';
import { bodyTexts, problemInBody } from './problem-at';

/** A reference `@@@langfusePrompt:name=N|label=L@@@` or `…|version=V@@@` where it stands. */
export interface Reference {
  /** Index of the chat message; null for a text prompt. */
  message: number | null;
  offset: number;
  name: string;
  /** Null where a version is named. */
  label: string | null;
}

/** Langfuse fills in references of references down to this many levels below a prompt. */
const DEEPEST = 4;

const OPENING = '@@@langfusePrompt:';
const REFERENCE = /^@@@langfusePrompt:(.*?)@@@/u;
const INSIDE = /^name=([^|=]+)\|(?:label=([^|=]+)|version=[1-9]\d*)$/u;

/** Labels that move to whatever is deployed next, before anything is judged. */
const MOVING = ['latest', 'candidate'];

/** The well-formed references of a prompt, and the problems of the others. */
export function readReferences(prompt: LoadedPrompt): { references: Reference[]; problems: PromptProblem[] } {
  const references: Reference[] = [];
  const problems: PromptProblem[] = [];
  for (const { message, text } of bodyTexts(prompt)) {
    for (let at = text.indexOf(OPENING); at !== -1; at = text.indexOf(OPENING, at + 1)) {
      const match = INSIDE.exec(REFERENCE.exec(text.slice(at, at + 1000))?.[1] ?? '');
      if (match !== null) references.push({ message, offset: at, name: match[1]!, label: match[2] ?? null });
      else {
        const expected = `expected '${OPENING}name=NAME|label=LABEL@@@' or '…|version=NUMBER@@@'`;
        problems.push(problemInBody(prompt, message, at, `${expected}, got ${show(text.slice(at).split('\n')[0])}`));
      }
    }
  }
  return { references, problems };
}

/** The bases by name, with their references. */
export type ReferenceGraph = ReadonlyMap<string, { prompt: LoadedPrompt; references: readonly Reference[] }>;

export function referenceGraph(prompts: readonly LoadedPrompt[]): ReferenceGraph {
  const bases = prompts.filter(({ definition }) => definition.variant === null);
  return new Map(
    bases.map((prompt) => [prompt.definition.name, { prompt, references: readReferences(prompt).references }]),
  );
}

/** References that lead nowhere, in a circle, too deep, to a chat prompt, or to what moves. */
export function checkReferences(prompt: LoadedPrompt, graph: ReferenceGraph): PromptProblem[] {
  const { references, problems } = readReferences(prompt);
  return [...problems, ...references.flatMap((reference) => checkReference(prompt, reference, graph))];
}

function checkReference(prompt: LoadedPrompt, reference: Reference, graph: ReferenceGraph): PromptProblem[] {
  const state = (message: string, severity: PromptProblem['severity'] = 'error'): PromptProblem =>
    problemInBody(prompt, reference.message, reference.offset, message, severity);
  const moving = movingLabel(reference, state);
  const { name } = reference;
  const target = graph.get(name);
  if (target === undefined) {
    if (prompt.definition.external?.includes(name) === true) return moving;
    const hint = didYouMean(name, [...graph.keys()]);
    const expected = 'expected a reference to a prompt of this folder, or to one that `external` names';
    return [state(`${expected}, got ${show(name)}${hint}`), ...moving];
  }
  if (target.prompt.definition.body.type === 'chat' && target.prompt.unread?.has('type') !== true) {
    return [state(`expected a reference to a text prompt, got ${show(name)}, whose type is chat`)];
  }
  const walked = walk([prompt.definition.name, name], graph);
  if (walked.circle !== null) {
    return [state(`expected references that end, got the circle ${walked.circle.join(' → ')}`)];
  }
  if (walked.depth <= DEEPEST) return moving;
  return [state(`expected at most ${DEEPEST} references inside each other, got ${walked.depth}`), ...moving];
}

function movingLabel(
  { name, label }: Reference,
  state: (message: string, severity?: PromptProblem['severity']) => PromptProblem,
): PromptProblem[] {
  if (label === null) return [];
  const what = `the label ${show(label)} of ${show(name)}`;
  if (MOVING.includes(label)) {
    const message = `expected a version, or a label that stays: ${what} moves to whatever is deployed next, and changes this prompt unjudged`;
    return [state(message)];
  }
  return [
    state(`when ${what} moves, this prompt changes with it and nothing judges the change; a version stays`, 'warning'),
  ];
}

/** The longest way down from the last name, or the first circle that comes back to a name of the way. */
function walk(way: readonly string[], graph: ReferenceGraph): { depth: number; circle: readonly string[] | null } {
  const name = way.at(-1)!;
  const start = way.indexOf(name);
  if (start < way.length - 1) return { depth: 0, circle: way.slice(start) };
  let depth = way.length - 1;
  for (const { name: next } of graph.get(name)?.references ?? []) {
    const below = walk([...way, next], graph);
    if (below.circle !== null) return below;
    depth = Math.max(depth, below.depth);
  }
  return { depth, circle: null };
}
