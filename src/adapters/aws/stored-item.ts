import type { Assignment } from '../../core/assignment/assignment';
import { parseAssignment } from '../../core/assignment/parse-assignment';
import { RampartError } from '../../core/errors';
import type { PromptItem } from '../../core/item/prompt-item';

/*
 * The stored form of a prompt's item, the same in every store: JSON of at most 64 KB. What is written is checked before
 * the write; what is read is checked before anyone sees it, so a damaged item or one of another schema is an error that
 * says where, never a half-filled object.
 */

/** Most bytes of UTF-8 JSON that one item may take. */
export const ITEM_BUDGET_BYTES = 65_536;

/** Most bytes of UTF-8 of a prompt name: DynamoDB's sort keys end at 1024, prefix included. */
const PROMPT_NAME_BYTES = 1000;

/**
 * The JSON text of an item.
 * @throws RampartError `item_too_large` above {@link ITEM_BUDGET_BYTES}; `bad_input` for what could not be read back: a
 *   revision below 1, a name that cannot be a key, an assignment of another prompt, a number that JSON cannot hold
 */
export function itemToJson(item: PromptItem): string {
  const where = `item of prompt "${item.prompt}"`;
  checkName(item.prompt);
  readStoredItem(where, item.prompt, item);
  checkNumbers(item, where);
  const json = JSON.stringify(item);
  const bytes = Buffer.byteLength(json);
  if (bytes > ITEM_BUDGET_BYTES) {
    throw new RampartError('item_too_large', `${where}: expected at most ${ITEM_BUDGET_BYTES} bytes, got ${bytes}`);
  }
  return json;
}

/** Parses JSON that came from storage; `where` is named when it is none. */
export function parseStored(where: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new RampartError('bad_input', `${where}: expected JSON, got ${text.length} characters that are none`, {
      cause,
      hint: 'the stored copy is damaged; restore it from a backup',
    });
  }
}

/** Checks that a stored value is the item of this prompt in schema 1. */
export function readStoredItem(where: string, prompt: string, value: unknown): PromptItem {
  const item = record(where, value);
  demand(where, 'schema', item['schema'], item['schema'] === 1, '1');
  demand(where, 'prompt', item['prompt'], item['prompt'] === prompt, JSON.stringify(prompt));
  demand(where, 'revision', item['revision'], isPositive(item['revision']), 'a positive integer');
  readStoredAssignment(`${where}.assignment`, prompt, item['assignment']);
  for (const list of ['usedVersions', 'quarantined', 'audit', 'outbox', 'said']) {
    demand(where, list, item[list], Array.isArray(item[list]), 'a list');
  }
  record(`${where}.mergedAlerts`, item['mergedAlerts']);
  if (item['rollout'] !== null) {
    const rollout = record(`${where}.rollout`, item['rollout']);
    demand(`${where}.rollout`, 'phase', rollout['phase'], typeof rollout['phase'] === 'string', 'a text');
    demand(`${where}.rollout`, 'stages', rollout['stages'], Array.isArray(rollout['stages']), 'a list');
  }
  const comparison = item['comparison'] ?? null;
  if (comparison !== null) readStoredComparison(`${where}.comparison`, comparison);
  return { ...(value as PromptItem), comparison: comparison as PromptItem['comparison'] };
}

function readStoredComparison(where: string, value: unknown): void {
  const comparison = record(where, value);
  const { phase } = comparison;
  demand(where, 'phase', phase, phase === 'running' || phase === 'ended', "'running' or 'ended'");
  demand(where, 'arms', comparison['arms'], Array.isArray(comparison['arms']), 'a list');
}

/** Checks that a stored value is an assignment in schema 1, of this prompt when one is named. */
export function readStoredAssignment(where: string, prompt: string | null, value: unknown): Assignment {
  const assignment = parseAssignment(where, value);
  if (typeof assignment === 'string') throw new RampartError('bad_input', assignment);
  const isWanted = prompt === null || assignment.prompt === prompt;
  demand(where, 'prompt', assignment.prompt, isWanted, prompt ?? 'a text');
  return assignment;
}

/** The error of a write whose revision is not the next one. */
export function conflict(prompt: string, expected: number, stored: number | 'another'): RampartError {
  return new RampartError(
    'revision_conflict',
    `item of prompt "${prompt}": expected stored revision ${expected}, got ${stored}`,
  );
}

function checkName(prompt: string): void {
  const bytes = Buffer.byteLength(prompt);
  if (bytes === 0 || bytes > PROMPT_NAME_BYTES) {
    throw wrong('prompt name', `1 to ${PROMPT_NAME_BYTES} bytes of UTF-8`, `${bytes} bytes`);
  }
}

/** JSON writes NaN and the infinities as null: refused here rather than read back as something else. */
function checkNumbers(value: unknown, path: string): void {
  if (typeof value === 'number' && !Number.isFinite(value)) throw wrong(path, 'a finite number', value);
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (typeof inner === 'number' || typeof inner === 'object') checkNumbers(inner, `${path}.${key}`);
  }
}

function isPositive(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

function record(where: string, value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw wrong(where, 'an object', value);
}

function demand(where: string, key: string, value: unknown, holds: boolean, expected: string): void {
  if (!holds) throw wrong(`${where}.${key}`, expected, value);
}

function wrong(path: string, expected: string, came: unknown): RampartError {
  const shown = typeof came === 'number' ? String(came) : (JSON.stringify(came) ?? 'nothing');
  return new RampartError('bad_input', `${path}: expected ${expected}, got ${shown.slice(0, 100)}`);
}
