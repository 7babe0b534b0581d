import { isNode, parseDocument, visit, type Document } from 'yaml';

/** Keys of the front matter that Langfuse does not hold. */
const OWN_KEYS = ['description', 'labels', 'variants', 'tests', 'testThreshold', 'external'];

const FRONT = /^---[ \t]*\n([^]*?)\n---[ \t]*(?:\n|$)/u;

/**
 * The new text of a file with what only the old one can know: description, labels, variants, test cases, with their comments.
 * @param written by `writeMarkdown`
 */
export function keepOwnKeys(old: string, written: string): string {
  const [oldFront, newFront] = [FRONT.exec(old.replace(/^\uFEFF/u, '').replaceAll('\r\n', '\n')), FRONT.exec(written)];
  if (oldFront === null || newFront === null) return written;
  const from = parseDocument(oldFront[1]!);
  const to: Document = parseDocument(newFront[1]!);
  for (const key of OWN_KEYS) {
    if (from.has(key) && !to.has(key)) to.set(key, movable(from, key));
  }
  return `---\n${to.toString({ lineWidth: 0 })}---\n${written.slice(newFront[0].length)}`;
}

/** The value of a key with its comments; written out where it has aliases, whose anchors may stay behind. */
function movable(from: Document, key: string): unknown {
  const node = from.get(key, true);
  let hasAlias = false;
  if (isNode(node)) visit(node, { Alias: () => void (hasAlias = true) });
  return hasAlias ? (from.toJS() as Record<string, unknown>)[key] : node;
}
