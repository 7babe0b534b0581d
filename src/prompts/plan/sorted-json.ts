import { canonicalJson } from '../../core/policy/canonical-json';

/** JSON for people: keys sorted, two blanks of indentation. */
export function sortedJson(value: unknown): string {
  return JSON.stringify(JSON.parse(canonicalJson(value)), null, 2);
}
