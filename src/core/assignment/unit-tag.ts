/*
 * How the unit that was drawn is written into a trace, and read back: as metadata under `rampart.unit`. Langfuse turns
 * metadata that looks like JSON into what it says, and with it `1e3` into 1000 and long numbers into others; such a unit is
 * written with a mark in front.
 */

/** The metadata key. */
export const UNIT_TAG = 'rampart.unit';

const MARK = 'unit:';

/** What is written for a unit. */
export function tagOfUnit(unit: string): string {
  return unit.startsWith(MARK) || isJson(unit) ? `${MARK}${unit}` : unit;
}

/** The unit of what was written. */
export function unitOfTag(tag: string): string {
  return tag.startsWith(MARK) ? tag.slice(MARK.length) : tag;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
