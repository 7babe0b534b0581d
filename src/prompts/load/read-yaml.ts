import { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, type Document, type Pair } from 'yaml';
import { show, type Path } from '../../core/policy/problem';
import type { PromptProblem, SourcePlace } from '../definition';

/** A YAML text with the places of its values. */
export interface ReadYaml {
  /** Empty when nothing is written, or there is a problem. */
  value: Readonly<Record<string, unknown>>;
  placeOf: (path: Path) => SourcePlace;
  problems: PromptProblem[];
}

/**
 * Reads YAML.
 * @param linesBefore how many lines of the file stand before it
 */
export function readYaml(file: string, text: string, linesBefore: number): ReadYaml {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false });
  const place = (offset: number): SourcePlace => {
    const { line, col } = counter.linePos(offset);
    return { file, line: Math.max(line, 1) + linesBefore, column: Math.max(col, 1) };
  };
  const placeOf = (path: Path): SourcePlace => place(offsetOf(document, path));
  const problems = [...document.errors, ...document.warnings].map(({ message, pos }) =>
    problem(place(pos[0]), `expected YAML, got: ${message.split('\n')[0]!.trim()}`),
  );
  if (problems.length > 0) return { value: {}, placeOf, problems };
  const value = (document.toJS() as unknown) ?? {};
  if (typeof value === 'object' && !Array.isArray(value)) {
    return { value: value as Record<string, unknown>, placeOf, problems };
  }
  return { value: {}, placeOf, problems: [problem(place(0), `expected keys with values, got ${show(value)}`)] };
}

function problem(place: SourcePlace, message: string): PromptProblem {
  return { place, path: '', message, severity: 'error' };
}

/** The value's own start for scalars and items; for what stands under a key, the key. */
function offsetOf(document: Document, path: Path): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const key of path) {
    const found = isMap(node) ? pairOf(node.items, key) : undefined;
    if (found !== undefined) {
      offset = startOf(found.key) ?? offset;
      node = found.value;
    } else if (isSeq(node) && typeof key === 'number' && node.items[key] !== undefined) {
      node = node.items[key];
      offset = startOf(node) ?? offset;
    } else break;
  }
  return offset;
}

function pairOf(pairs: readonly Pair[], key: PropertyKey): Pair | undefined {
  return pairs.find((pair) => String(isScalar(pair.key) ? pair.key.value : pair.key) === String(key));
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
