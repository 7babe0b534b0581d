import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { canonicalJson } from '../../core/policy/canonical-json';
import type { PromptDefinition } from '../definition';
import { contentHash, sha256 } from '../hash';

/*
 * `prompts.lock.json` in the prompts folder, committed with it: for every definition its version, its content and what an
 * app that uses it relies on. What it holds at another commit is what `rampart validate` compares with, so that no history
 * and no Langfuse has to be read.
 */

export const LOCK_FILE = 'prompts.lock.json';

const hash = z.string().regex(/^[0-9a-f]{64}$/u);

const lockEntry = z.strictObject({
  version: z.string(),
  content: hash,
  type: z.enum(['text', 'chat']),
  variables: z.array(z.string()),
  placeholders: z.array(z.string()),
  /** Of the config's `response_format`; null = free text. */
  output: hash.nullable(),
});

const lockShape = z.strictObject({
  schema: z.literal(1),
  prompts: z.record(
    z.string(),
    z.strictObject({ base: lockEntry, variants: z.record(z.string(), lockEntry).optional() }),
  ),
});

export type LockEntry = z.infer<typeof lockEntry>;
export type Lock = z.infer<typeof lockShape>;

/** A lock, or why it cannot be read. */
export type ReadLock = { ok: true; lock: Lock } | { ok: false; message: string };

/** The lock of definitions. */
export function lockOf(definitions: readonly PromptDefinition[]): Lock {
  const prompts: Lock['prompts'] = {};
  for (const definition of definitions) {
    const { name, variant } = definition;
    const entry = lockEntryOf(definition);
    if (variant === null) prompts[name] = { base: entry };
    else if (prompts[name] !== undefined) (prompts[name].variants ??= {})[variant] = entry;
  }
  return { schema: 1, prompts };
}

/** What is kept of one definition. */
export function lockEntryOf({ semver, body, config, variables }: PromptDefinition): LockEntry {
  const placeholders =
    body.type === 'text' ? [] : body.messages.flatMap((each) => ('placeholder' in each ? [each.placeholder] : []));
  const output = config['response_format'];
  return {
    version: semver,
    content: contentHash({ body, config }),
    type: body.type,
    variables: [...variables].sort(),
    placeholders: [...new Set(placeholders)].sort(),
    output: output === undefined ? null : sha256(canonicalJson(output)),
  };
}

/** The entry of a definition; null where the lock has none. */
export function entryIn(lock: Lock, { name, variant }: PromptDefinition): LockEntry | null {
  const prompt = Object.hasOwn(lock.prompts, name) ? lock.prompts[name]! : null;
  if (variant === null) return prompt?.base ?? null;
  const variants = prompt?.variants ?? {};
  return Object.hasOwn(variants, variant) ? variants[variant]! : null;
}

/** The text of the file. */
export function lockText(lock: Lock): string {
  return `${JSON.stringify(lock, null, 2)}\n`;
}

export function parseLock(text: string): ReadLock {
  try {
    const parsed = lockShape.safeParse(JSON.parse(text));
    if (parsed.success) return { ok: true, lock: parsed.data };
    const [issue] = parsed.error.issues;
    return {
      ok: false,
      message: `expected a lock file of schema 1, got at ${issue!.path.join('.')}: ${issue!.message}`,
    };
  } catch (error) {
    return { ok: false, message: `expected JSON, got: ${(error as Error).message}` };
  }
}

/** The lock on disk; null when there is none. */
export function readLock(folder: string): ReadLock | null {
  try {
    return parseLock(readFileSync(join(folder, LOCK_FILE), 'utf8'));
  } catch {
    return null;
  }
}
