import type { Langfuse, RequestBudget } from '../../core/ports';
import type { Controller } from '../controller';
import { requestMeter, type RequestMeter } from '../request-meter';
import type { RebuildState } from './rebuild-state';
import { sessionMark, storedScores } from './read-scores-once';
import { waitOf } from './step';

/** Pages of generations in one step: what a step that dies has to read again. */
const PAGES_PER_STEP = 50;

/** A controller whose reader rebuilds a week. */
export interface RebuildReader {
  controller: Controller;
  meter: RequestMeter;
  /** How long to wait before more may be asked of Langfuse; 0 = nothing was refused. */
  waitMs: () => number;
}

/**
 * The controller as the reader of a rebuild sees it: generations of the week come from Langfuse within the rebuild's part of the
 * budget, scores from what was stored of them. Nothing is looked up: what a score of the week belongs to is in the week.
 */
export function rebuildReader(controller: Controller, state: RebuildState, nowMs: number): RebuildReader {
  const meter = requestMeter(controller.budget, 'rebuild', nowMs);
  let waitMs = 0;
  const metered = async <Answer>(request: () => Promise<Answer>): Promise<Answer> => {
    try {
      return await meter.ask(request);
    } catch (error) {
      waitMs = waitOf(error) ?? 0;
      throw error;
    }
  };
  const langfuse: Langfuse = {
    ...controller.langfuse,
    async listObservations(query) {
      const within = { ...query, toMs: Math.min(query.toMs, state.toMs) };
      if (within.fromMs >= within.toMs) return { rows: [], cursor: null, malformed: [] };
      return metered(() => controller.langfuse.listObservations(within));
    },
    listScores: async (query) => ({ rows: await storedScores(controller, state, query), cursor: null, malformed: [] }),
    observationsOfTraces: async () => [],
    rootsOfTraces: async () => [],
  };
  const settings = {
    ...controller.settings,
    maxPagesPerTick: { observations: PAGES_PER_STEP, scores: Infinity, lookups: Infinity },
  };
  const hashed = `session:${sessionMark(controller)}`;
  const hashUnit = (text: string): string =>
    text.startsWith(hashed) ? text.slice(hashed.length) : controller.hashUnit(text);
  return {
    controller: { ...controller, langfuse, settings, hashUnit, budget: UNLIMITED },
    meter,
    waitMs: () => waitMs,
  };
}

/** The rebuild's requests are charged where they are made. */
const UNLIMITED: RequestBudget = {
  take: async (wanted, _, nowMs) => ({ granted: wanted, retryAtMs: nowMs }),
  blockUntil: async () => {},
};
