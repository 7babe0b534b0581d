/*
 * The item has a budget of 64 KB, so every text in it is short and every list in it is bounded, in bytes of the JSON that
 * is stored. What each part may take at most, in bytes; together they stay below the budget, which a test holds.
 */

/** A rollout when it starts: its policy and frozen guardrails, and room for their peaks. Larger policies are refused. */
export const MAX_FROZEN_BYTES = 24_000;
/**
 * An ended experiment stays in the item beside the new one as long as both are within {@link MAX_FROZEN_BYTES}; a rollout is in
 * its archive besides, a comparison in its report.
 */
export function keptBeside<Ended>(started: object, ended: Ended | null): Ended | null {
  return jsonBytes(started) + jsonBytes(ended) <= MAX_FROZEN_BYTES ? ended : null;
}

/** Audit events that are kept; older ones are in the history. */
export const MAX_AUDIT_BYTES = 10_000;
/** Messages: below the first number for all of them, below the second for pages. */
export const MAX_OUTBOX_BYTES = { alert: 8_000, page: 11_500 };
/** A reason or an explanation. */
const MAX_TEXT_BYTES = 300;
/** A name of a person, an alarm or a guardrail. */
const MAX_NAME_BYTES = 100;

const encoder = new TextEncoder();

/** Bytes of a value's JSON in UTF-8. */
export function jsonBytes(value: unknown): number {
  return encoder.encode(JSON.stringify(value)).length;
}

/** The text, or its beginning and `...` when its JSON has more than 300 bytes. */
export function clip(text: string): string {
  return clipTo(text, MAX_TEXT_BYTES);
}

/** The name, or its beginning and `...` when its JSON has more than 100 bytes. */
export function clipName(name: string): string {
  return clipTo(name, MAX_NAME_BYTES);
}

function clipTo(text: string, maxBytes: number): string {
  const quotes = 2;
  if (jsonBytes(text) - quotes <= maxBytes) return text;
  let kept = '';
  let leftBytes = maxBytes - '...'.length;
  for (const character of text) {
    leftBytes -= jsonBytes(character) - quotes;
    if (leftBytes < 0) break;
    kept += character;
  }
  return `${kept}...`;
}
