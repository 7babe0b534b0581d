/** A key of 32 bits and so many rows fit the 53 bits of a number. */
const ROWS_AT_ONCE = 2 ** 21;

/** Positions of texts in ascending order; equal texts in their own order. */
export function textOrder(texts: readonly string[]): Uint32Array {
  const heads = Uint32Array.from(texts, headOf);
  const order = keyOrder(heads, 0, heads.length);
  for (let from = 0, to = 1; from < order.length; from = to++) {
    while (to < order.length && heads[order[to]!] === heads[order[from]!]) to++;
    if (to - from > 1) order.subarray(from, to).sort((a, b) => compareTexts(texts[a]!, texts[b]!) || a - b);
  }
  return order;
}

/** A number that orders texts by their first four characters, up to the first that is not Latin-1. */
function headOf(text: string): number {
  let head = 0;
  for (let i = 0, isWide = false; i < 4; i++) {
    const unit = text.charCodeAt(i);
    isWide ||= unit > 0xff;
    head = (head << 8) | (isWide ? 0xff : unit);
  }
  return head >>> 0;
}

function compareTexts(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

/** A key as text that sorts as the number does. */
export function keyText(key: number): string {
  return key.toString(16).padStart(8, '0');
}

/** Rows of a range by their keys; rows with equal keys in their own order. */
export function keyOrder(keys: Uint32Array, from: number, to: number): Uint32Array {
  const order = new Uint32Array(to - from);
  if (order.length > ROWS_AT_ONCE) {
    for (let i = 0; i < order.length; i++) order[i] = from + i;
    return order.sort((a, b) => keys[a]! - keys[b]! || a - b);
  }
  // Key and row in one number: sorting numbers is several times faster than sorting by a function.
  const packed = new Float64Array(order.length);
  for (let i = 0; i < packed.length; i++) packed[i] = keys[from + i]! * ROWS_AT_ONCE + i;
  packed.sort();
  for (let i = 0; i < packed.length; i++)
    order[i] = from + packed[i]! - Math.floor(packed[i]! / ROWS_AT_ONCE) * ROWS_AT_ONCE;
  return order;
}
