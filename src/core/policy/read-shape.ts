import * as z from 'zod';
import { didYouMean } from './did-you-mean';
import { show, type Path } from './problem';

/** A written value of which any part may be undefined because it could not be read; a key that is not there was not written. */
export type Readable<T> = T extends readonly (infer Item)[]
  ? readonly (Readable<Item> | undefined)[]
  : T extends object
    ? { readonly [Key in keyof T]?: Readable<T[Key]> | undefined }
    : T;

/** What came out of reading a value: all problems of its shape, and whatever could be read. */
export interface ReadShape<T> {
  problems: { path: Path; message: string }[];
  readable: Readable<T>;
}

/**
 * Checks a value's shape. Parts that are wrong are taken out instead of ending the reading, so that the rules can look at
 * the rest and every problem is reported at once.
 */
export function readShape<Shape extends z.ZodObject>(shape: Shape, value: unknown): ReadShape<z.infer<Shape>> {
  const result = shape.safeParse(value);
  const issues = result.success ? [] : result.error.issues;
  const problems = issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => unknownKey(shape, issue.path, key))
      : [{ path: issue.path, message: issue.message }],
  );
  const wrong = issues.filter((issue) => issue.code !== 'unrecognized_keys').map((issue) => issue.path);
  const readable = wrong.reduce<unknown>((rest, path) => without(rest, path), value) ?? {};
  return { problems: withoutRepeats(problems), readable: readable as Readable<z.infer<Shape>> };
}

function unknownKey(shape: z.ZodType, path: Path, key: string): { path: Path; message: string } {
  const known = keysAt(shape, path);
  const hint = didYouMean(key, known);
  const expected = hint === '' ? `one of the keys ${known.join(', ')}` : 'a known key';
  return { path: [...path, key], message: `expected ${expected}, got ${show(key)}${hint}` };
}

/** The keys of the object shape that a path leads to. */
function keysAt(shape: z.ZodType, path: Path): string[] {
  if (shape instanceof z.ZodExactOptional || shape instanceof z.ZodOptional)
    return keysAt(shape.unwrap() as z.ZodType, path);
  const [head, ...rest] = path;
  if (head === undefined) return shape instanceof z.ZodObject ? Object.keys(shape.shape) : [];
  if (shape instanceof z.ZodArray) return keysAt(shape.element as z.ZodType, rest);
  if (shape instanceof z.ZodRecord) return keysAt(shape.valueType as z.ZodType, rest);
  if (!(shape instanceof z.ZodObject)) return [];
  const next = (shape.shape as Record<string, z.ZodType>)[String(head)];
  return next === undefined ? [] : keysAt(next, rest);
}

/** A copy with the value at the path set to undefined; only what leads there is copied. */
function without(value: unknown, path: Path): unknown {
  const [head, ...rest] = path;
  if (head === undefined || typeof value !== 'object' || value === null) return undefined;
  if (Array.isArray(value))
    return value.map((item, index) => (index === head ? without(item, rest) : (item as unknown)));
  return { ...value, [head]: without((value as Record<PropertyKey, unknown>)[head], rest) };
}

function withoutRepeats(problems: { path: Path; message: string }[]): { path: Path; message: string }[] {
  const seen = new Set<string>();
  return problems.filter(({ path, message }) => {
    const key = JSON.stringify([path.map(String), message]);
    return !seen.has(key) && seen.add(key);
  });
}
