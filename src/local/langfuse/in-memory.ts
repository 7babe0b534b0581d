import { RampartError } from '../../core/errors';
import type { Clock, Langfuse, ObservationRow } from '../../core/ports';
import { observationCursor, parseObservationCursor, parseScoreCursor, scoreCursor } from './cursor';
import type { LangfuseData } from './data';
import type { ObservationQuery } from './observations';
import type { StoredObservation, StoredScore } from './rows';
import { mergeRoots, observationRow, pageOf, rootOf, scoreRow, type TraceRoot, versionOf } from './translate-rows';

/** Most rows a page of Langfuse has; kept here too, so that a run without HTTP makes as many requests. */
const OBSERVATION_LIMIT = 1000;
const SCORE_LIMIT = 100;
const MAX_TRACES = 50;
const LABEL = /^[a-z0-9_\-.]{1,36}$/u;

/**
 * The port over the data, without HTTP, for headless runs: no request, no JSON, no faults.
 * @param nowMs the virtual clock: label moves take their time from it, and rows that are visible later are not listed
 */
export function inMemoryLangfuse(data: LangfuseData, nowMs: Clock): Langfuse {
  const { prompts, observations, scores } = data;

  function generations(prompt: string, fromMs: number, toMs: number): ObservationQuery {
    return { nowMs: nowMs(), fromMs, toMs, traceIds: null, promptName: prompt, keep: isGeneration };
  }

  function ofTraces(ids: readonly string[], keep: ObservationQuery['keep']): ObservationQuery {
    const traceIds = checkedTraces(ids);
    return { nowMs: nowMs(), fromMs: -Infinity, toMs: Infinity, traceIds, promptName: null, keep };
  }

  return {
    promptsWithLabel: async (label) => {
      const wanted = checkedLabel(label);
      return prompts.names().filter((name) => prompts.byLabel(name, wanted) !== null);
    },
    versionByLabel: async (prompt, label) => versionOf(prompts.byLabel(prompt, checkedLabel(label))),
    versionsWithLabel: async (prompt, label) => {
      const wanted = checkedLabel(label);
      const holders = prompts.versions(prompt).filter((each) => each.labels.includes(wanted));
      return holders.map((each) => each.version);
    },
    version: async (prompt, version) => versionOf(prompts.byVersion(prompt, checkedVersion(version))),

    async moveLabel(prompt, version, label) {
      if (checkedLabel(label) === 'latest') {
        throw new RampartError('bad_input', 'label: expected one that can be moved, got latest');
      }
      if (prompts.giveLabels(prompt, checkedVersion(version), [label], nowMs()) === null) {
        throw new RampartError('provider_not_found', `Langfuse has no version ${version} of prompt ${prompt}`);
      }
    },

    async listObservations({ prompt, fromMs, toMs, cursor, limit }) {
      const after = cursor === null ? null : known(parseObservationCursor(cursor), cursor);
      const most = Math.min(limit, OBSERVATION_LIMIT);
      const page = observations.page(generations(prompt, fromMs, toMs), after, most);
      const last = page.more ? page.rows.at(-1) : undefined;
      return pageOf(page.rows, last ? observationCursor(last) : null, observationRow);
    },

    async listScores({ names, judged = new Set(), fromMs, toMs, cursor, limit }) {
      const after = cursor === null ? null : known(parseScoreCursor(cursor), cursor);
      const wanted = new Set(names);
      const keep = (row: StoredScore): boolean => wanted.size === 0 || wanted.has(row.name);
      const page = scores.page({ nowMs: nowMs(), fromMs, toMs, keep }, after, Math.min(limit, SCORE_LIMIT));
      const last = page.more ? page.rows.at(-1) : undefined;
      return pageOf(page.rows, last ? scoreCursor(last) : null, (row) => scoreRow(row, judged));
    },

    async observationsOfTraces(prompt, traceIds) {
      const rows: ObservationRow[] = [];
      const doubtful = new Set<string>();
      const query = ofTraces(traceIds, (row) => isGeneration(row) && row.promptName === prompt);
      observations.each(query, (row) => {
        const translated = observationRow(row);
        if (typeof translated === 'string') doubtful.add(row.traceId);
        else rows.push(translated);
      });
      return rows.filter((row) => !doubtful.has(row.traceId)).reverse();
    },

    async rootsOfTraces(traceIds) {
      const roots = new Map<string, TraceRoot[]>();
      const query = ofTraces(traceIds, (row) => row.parentObservationId === null);
      observations.each(query, (row) => roots.set(row.traceId, [...(roots.get(row.traceId) ?? []), rootOf(row)]));
      return [...roots.values()].map(mergeRoots);
    },

    async countByPrompt({ fromMs, toMs }) {
      const counts = new Map<string | null, number>();
      const all = { nowMs: nowMs(), fromMs, toMs, traceIds: null, promptName: null, keep: isGeneration };
      observations.each(all, ({ promptName }) => {
        const prompt = promptName === '' ? null : promptName;
        counts.set(prompt, (counts.get(prompt) ?? 0) + 1);
      });
      return counts;
    },

    async countByVersion({ prompt, fromMs, toMs }) {
      const counts = new Map<number, number>();
      observations.each(generations(prompt, fromMs, toMs), ({ promptVersion }) => {
        if (promptVersion !== null) counts.set(promptVersion, (counts.get(promptVersion) ?? 0) + 1);
      });
      return counts;
    },
  };
}

function isGeneration(row: StoredObservation): boolean {
  return row.type === 'GENERATION';
}

function known<Key>(key: Key | null, cursor: string): Key {
  if (key === null) throw new RampartError('bad_input', `cursor: expected one of an earlier page, got ${cursor}`);
  return key;
}

function checkedTraces(traceIds: readonly string[]): readonly string[] {
  if (traceIds.length <= MAX_TRACES) return traceIds;
  throw new RampartError('bad_input', `traceIds: expected at most ${MAX_TRACES}, got ${traceIds.length}`);
}

function checkedLabel(label: string): string {
  if (LABEL.test(label)) return label;
  throw new RampartError('bad_input', `label: expected 1 to 36 of a-z, 0-9, _, - and . , got ${JSON.stringify(label)}`);
}

function checkedVersion(version: number): number {
  if (Number.isSafeInteger(version) && version >= 1) return version;
  throw new RampartError('bad_input', `version: expected a whole number from 1, got ${version}`);
}
