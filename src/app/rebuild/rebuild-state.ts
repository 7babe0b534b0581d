import { RampartError } from '../../core/errors';
import type { Lane } from '../../core/evidence/lanes';
import type { DocumentStore } from '../../core/ports';

/** How far the rebuilding of a week has come: all that another invocation needs to go on. */
export interface RebuildState {
  schema: 1;
  /** ISO week, `2026-W47`. */
  week: string;
  fromMs: number;
  /** Exclusive. */
  toMs: number;
  startedAtMs: number;
  finishedAtMs: number | null;
  /** Requests to Langfuse so far. */
  requests: number;
  /** The project's scores, read once for all prompts. */
  scores: { lane: Lane; objects: ScoreObject[] };
  prompts: PromptRebuild[];
}

/** An object with scores as JSON, in no order; session ids in them are hashed. */
export interface ScoreObject {
  name: string;
  /** Times of its scores. */
  fromMs: number;
  /** Inclusive. */
  toMs: number;
  rows: number;
}

/** One prompt of a rebuild. */
export interface PromptRebuild {
  prompt: string;
  /** Object with what has been read; null = nothing yet. */
  manifest: string | null;
  isDone: boolean;
}

const NAME = 'reports/rebuild.json';

/** The newest rebuild; null = there never was one. */
export async function readRebuild(documents: DocumentStore): Promise<RebuildState | null> {
  const text = await documents.getDocument(NAME);
  if (text === null) return null;
  const state = JSON.parse(text) as RebuildState;
  if (state.schema === 1) return state;
  throw new RampartError('bad_input', `${NAME}: expected schema 1, got ${String(state.schema)}`);
}

export async function writeRebuild(documents: DocumentStore, state: RebuildState): Promise<void> {
  await documents.putDocument(NAME, `${JSON.stringify(state)}\n`, {
    contentType: 'application/json',
    ifAbsent: false,
  });
}
