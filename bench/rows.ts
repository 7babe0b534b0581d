import { assign, type Assignment } from '../src/core/assignment/assignment';
import type { LangfuseData } from '../src/local/langfuse/data';

export const PROMPT = 'assistant';

/** Generations with one score each, spread evenly over [fromMs, toMs). */
export interface RowsWanted {
  rows: number;
  fromMs: number;
  toMs: number;
  /** User of the first row; the next rows' users follow, and come again after `users` of them. */
  firstUser: number;
  users: number;
  assignment: Assignment;
}

/** Adds the rows; trace ids begin with the time, so that two calls do not meet. */
export function addRows(data: LangfuseData, wanted: RowsWanted): void {
  const { rows, fromMs, toMs, firstUser, users, assignment } = wanted;
  for (let i = 0; i < rows; i++) {
    const startMs = Math.floor(fromMs + ((toMs - fromMs) * i) / rows);
    const userId = `user-${firstUser + (i % users)}`;
    const traceId = `${fromMs.toString(16).padStart(16, '0')}${i.toString(16).padStart(16, '0')}`;
    data.addObservation({
      id: traceId.slice(16),
      traceId,
      type: 'GENERATION',
      name: 'answer',
      startMs,
      endMs: startMs + 400 + ((i * 7919) % 3000),
      environment: 'production',
      userId,
      promptName: PROMPT,
      promptVersion: assign(assignment, userId).version,
      usage: { input: 700, output: 150, total: 850 },
      cost: { total: 0.0031 },
    });
    data.addScore({
      id: `${traceId}-quality`,
      name: 'quality',
      dataType: 'NUMERIC',
      value: ((i * 31) % 5) + 1,
      subject: { kind: 'trace', traceId },
      timestampMs: Math.min(startMs + 5_000, toMs - 1),
      environment: 'production',
    });
  }
}
