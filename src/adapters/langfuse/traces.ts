import { RampartError } from '../../core/errors';
import type { ObservationRow } from '../../core/ports';
import type { Call } from './call';
import { anyOf, equals, isTrue, type Condition } from './filter';
import { isRecord, readText } from './json';
import { GENERATION_FIELDS, OBSERVATION_PAGE_LIMIT, readObservations, type Selection } from './observations';
import { parseObservation, sessionOf, userOf } from './parse-observation';
import { statusOf } from './translate-error';

const ROOT_FIELDS = 'core,basic,metadata';

/** Most trace ids in one request; the address grows with them. */
const MAX_TRACES = 50;

/** A trace's root: who and which session. */
export interface TraceRoot {
  traceId: string;
  userId: string | null;
  sessionId: string | null;
}

/** Look-ups by trace, over all pages. */
export interface TraceReader {
  observationsOf(prompt: string, traceIds: readonly string[]): Promise<ObservationRow[]>;
  rootsOf(traceIds: readonly string[]): Promise<TraceRoot[]>;
}

export function createTraceReader(call: Call): TraceReader {
  const generations = createLookUp(call, GENERATION_FIELDS);
  const roots = createLookUp(call, ROOT_FIELDS);
  return {
    observationsOf: async (prompt, traceIds) => {
      const rows = await generations(traceIds, [[equals('promptName', prompt), equals('type', 'GENERATION')]]);
      return generationsOf(prompt, rows);
    },
    rootsOf: async (traceIds) => mergeRoots(await roots(traceIds, [[isTrue('isRootObservation')], []])),
  };
}

/** Observations of these traces; `filters` are what else to ask for, the narrowest first. */
type LookUp = (traceIds: readonly string[], filters: readonly (readonly Condition[])[]) => Promise<unknown[]>;

/**
 * Servers before 4 do not know every filter column and answer 400. Then the next filter is tried, and in the end each
 * trace by itself with plain parameters; what was refused once is not tried again. Callers leave out what a filter would
 * have left out.
 */
function createLookUp(call: Call, fields: string): LookUp {
  let refused = 0;
  return async (traceIds, filters) => {
    const ids = [...new Set(traceIds)];
    if (ids.length > MAX_TRACES) {
      throw new RampartError('bad_input', `traceIds: expected at most ${MAX_TRACES}, got ${ids.length}`);
    }
    if (ids.length === 0) return [];
    for (const [index, filter] of filters.entries()) {
      if (index < refused) continue;
      const rows = await readUnlessRefused(call, { filter: [...filter, anyOf('traceId', ids)] }, fields);
      if (rows === null) continue;
      refused = index;
      return rows;
    }
    const rows: unknown[] = [];
    for (const traceId of ids) rows.push(...(await readAll(call, { traceId }, fields)));
    refused = filters.length;
    return rows;
  };
}

/** All pages, or null when the server refuses the filter. */
async function readUnlessRefused(call: Call, selection: Selection, fields: string): Promise<unknown[] | null> {
  try {
    return await readAll(call, selection, fields);
  } catch (error) {
    if (statusOf(error) === 400) return null;
    throw error;
  }
}

async function readAll(call: Call, selection: Selection, fields: string): Promise<unknown[]> {
  const rows: unknown[] = [];
  let cursor: string | null = null;
  do {
    const page = await readObservations(call, { selection, fields, cursor, limit: OBSERVATION_PAGE_LIMIT });
    rows.push(...page.rows);
    cursor = page.cursor;
  } while (cursor !== null);
  return rows;
}

/**
 * The prompt's generations. A trace of which one generation cannot be read is left out as a whole: the rest of it
 * could make the trace look as if it had seen one version only.
 */
function generationsOf(prompt: string, raws: readonly unknown[]): ObservationRow[] {
  const rows: ObservationRow[] = [];
  const doubtful = new Set<unknown>();
  for (const raw of raws) {
    if (!isRecord(raw) || raw['promptName'] !== prompt) continue;
    const row = parseObservation(raw, prompt);
    if (typeof row === 'string') doubtful.add(raw['traceId']);
    else rows.push(row);
  }
  return rows.filter((row) => !doubtful.has(row.traceId));
}

/** One entry per trace that has a root. Roots that name different users (or sessions) name none. */
function mergeRoots(raws: readonly unknown[]): TraceRoot[] {
  const users = new Map<string, Set<string>>();
  const sessions = new Map<string, Set<string>>();
  for (const raw of raws) {
    if (!isRecord(raw) || !isRoot(raw)) continue;
    const traceId = readText(raw['traceId']);
    if (!traceId) continue;
    addTo(users, traceId, userOf(raw));
    addTo(sessions, traceId, sessionOf(raw));
  }
  return [...users.keys()].map((traceId) => ({
    traceId,
    userId: onlyOne(users.get(traceId)),
    sessionId: onlyOne(sessions.get(traceId)),
  }));
}

function isRoot(raw: Record<string, unknown>): boolean {
  const parent = raw['parentObservationId'];
  return raw['isRootObservation'] === true || parent === null || parent === '';
}

function addTo(sets: Map<string, Set<string>>, key: string, value: string | null | undefined): void {
  const set = sets.get(key) ?? new Set();
  sets.set(key, set);
  if (typeof value === 'string') set.add(value);
}

function onlyOne(values: ReadonlySet<string> | undefined): string | null {
  const [first = null] = values ?? [];
  return values?.size === 1 ? first : null;
}
