import {
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Alias,
  type Document,
  type Pair,
} from 'yaml';
import { pathText, show, type Path } from '../../core/policy/problem';
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
  const unread = (found: PromptProblem[]): ReadYaml => ({ value: {}, placeOf, problems: found });
  if (problems.length > 0) return unread(problems);
  const aliases = aliasesWithoutAnchor(document);
  if (aliases.length > 0) {
    return unread(
      aliases.map(({ source, range }) =>
        problem(place(range?.[0] ?? 0), `expected an alias of an anchor that stands before it, got '*${source}'`),
      ),
    );
  }
  const value = valueOf(document);
  if (value instanceof Error) return unread([problem(place(0), `expected YAML, got: ${value.message}`)]);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return unread([problem(place(0), `expected keys with values, got ${show(value)}`)]);
  }
  const unfit = unfitForJson(value, []);
  if (unfit.length > 0) {
    return unread(
      unfit.map(({ path, got }) => problem(placeOf(path), `expected a value that JSON can hold, got ${got}`, path)),
    );
  }
  return { value: value as Record<string, unknown>, placeOf, problems };
}

function problem(place: SourcePlace, message: string, path: Path = []): PromptProblem {
  return { place, path: pathText(path), message, severity: 'error' };
}

/** An error where aliases of aliases would make it huge. */
function valueOf(document: Document): unknown {
  try {
    return (document.toJS() as unknown) ?? {};
  } catch (error) {
    return error;
  }
}

function aliasesWithoutAnchor(document: Document): Alias[] {
  const found: Alias[] = [];
  visit(document, {
    Alias(_, node) {
      if (node.resolve(document) === undefined) found.push(node);
    },
  });
  return found;
}

/** Numbers that are none, and what YAML's tags make: Langfuse would hold something else, or nothing. */
function unfitForJson(value: unknown, path: Path): { path: Path; got: string }[] {
  if (typeof value === 'number' && !Number.isFinite(value)) return [{ path, got: String(value) }];
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item, index) => unfitForJson(item, [...path, index]));
  const kind = (Object.getPrototypeOf(value) as object | null)?.constructor.name ?? 'Object';
  if (kind !== 'Object') return [{ path, got: `a ${kind}` }];
  return Object.entries(value).flatMap(([key, item]) => unfitForJson(item, [...path, key]));
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
