import { evaluate, type Evaluation, type EvaluationFailure, isFailure } from '../../core/ofrep/evaluation';
import type { Held } from './held-assignments';
import { type HttpAnswer, jsonAnswer } from './http-message';

/**
 * OFREP's evaluation of one flag.
 * @param keys names that the path may mean, the most likely first; never empty
 */
export function evaluateOne({ assignments, damaged }: Held, keys: readonly string[], unit: string): HttpAnswer {
  const key = keys.find((each) => assignments.has(each) || damaged.has(each)) ?? keys[0] ?? '';
  const assignment = assignments.get(key);
  if (assignment !== undefined) {
    const result = evaluate(assignment, unit);
    return jsonAnswer(isFailure(result) ? 404 : 200, result);
  }
  if (damaged.has(key)) return jsonAnswer(500, damagedPrompt(key));
  const errorDetails = `prompt "${key}": expected one that Rampart knows`;
  return jsonAnswer(404, { key, errorCode: 'FLAG_NOT_FOUND', errorDetails } satisfies EvaluationFailure);
}

/**
 * OFREP's evaluation of all flags, by name. A prompt without a version is left out: to a client that is a flag that is not
 * there, as when it asks for that one alone.
 */
export function evaluateAll({ assignments, damaged }: Held, unit: string): HttpAnswer {
  const flags: (Evaluation | EvaluationFailure)[] = [...damaged].map(damagedPrompt);
  for (const assignment of assignments.values()) {
    const result = evaluate(assignment, unit);
    if (!isFailure(result)) flags.push(result);
  }
  return jsonAnswer(200, { flags: sortedBy(flags, ({ key }) => key ?? '') }, { 'cache-control': 'no-cache' });
}

/**
 * The documents for the runtime library's HTTP source, by name, with the age up to which they may be used; the header `age`
 * says how many seconds ago the store was read.
 */
export function listDocuments({ assignments, ageMs, maxAgeMs }: Held): HttpAnswer {
  const headers = { age: String(Math.ceil(ageMs / 1000)), 'cache-control': 'no-cache' };
  const sorted = sortedBy([...assignments.values()], ({ prompt }) => prompt);
  return jsonAnswer(200, { schema: 1, maxAgeMs, assignments: sorted }, headers);
}

function damagedPrompt(key: string): EvaluationFailure {
  return { key, errorCode: 'GENERAL', errorDetails: `prompt "${key}": its stored assignment is damaged` };
}

/** By UTF-16 code units: the same order, and so the same tag, on every machine. */
function sortedBy<Row>(rows: readonly Row[], nameOf: (row: Row) => string): Row[] {
  return [...rows].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}
