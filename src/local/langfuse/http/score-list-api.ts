import { z } from 'zod';

import { parseScoreCursor, scoreCursor } from '../cursor';
import type { ScoreSubject, StoredScore } from '../rows';
import { type ApiAnswer, type ApiRequest, invalidRequest, isoOf, ok, PROJECT_ID, queryObject, valid } from './answer';

/** A comma-separated list. */
const list = z.string().transform((text) => text.split(','));
const upperCaseList = z.string().transform((text) => text.toUpperCase().split(','));
const GROUPS = ['core', 'details', 'subject', 'annotation'] as const;
const NEEDS_TRACES = ['userId', 'traceTags'] as const;

const querySchema = z
  .strictObject({
    limit: z.coerce.number().int().gte(1).lte(100).default(50),
    cursor: z.string().optional(),
    fields: list.pipe(z.array(z.enum(GROUPS))).default([]),
    id: list.optional(),
    name: list.optional(),
    source: upperCaseList.optional(),
    dataType: upperCaseList
      .pipe(z.array(z.enum(['NUMERIC', 'BOOLEAN', 'CATEGORICAL', 'TEXT', 'CORRECTION'])))
      .optional(),
    environment: list.optional(),
    configId: list.optional(),
    queueId: list.optional(),
    authorUserId: list.optional(),
    value: list.optional(),
    valueMin: z.coerce.number().optional(),
    valueMax: z.coerce.number().optional(),
    traceId: list.optional(),
    sessionId: list.optional(),
    observationId: list.optional(),
    experimentId: list.optional(),
    fromTimestamp: z.coerce.date().optional(),
    toTimestamp: z.coerce.date().optional(),
    userId: z.string().optional(),
    traceTags: z.string().optional(),
  })
  .superRefine((query, context) => {
    for (const message of objections(query)) context.addIssue({ code: 'custom', message });
  });

interface Constrained {
  userId?: string | undefined;
  traceTags?: string | undefined;
  dataType?: string[] | undefined;
  value?: string[] | undefined;
  valueMin?: number | undefined;
  valueMax?: number | undefined;
  traceId?: string[] | undefined;
  sessionId?: string[] | undefined;
  observationId?: string[] | undefined;
  experimentId?: string[] | undefined;
}

function objections(query: Constrained): string[] {
  const found: string[] = NEEDS_TRACES.filter((key) => query[key] !== undefined).map(
    (key) => `${key} filter requires a trace JOIN and is not supported in v3 — use v2 or omit this filter`,
  );
  if (query.observationId && !query.traceId) {
    found.push('observationId filter requires traceId — observation IDs are scoped to a trace');
  }
  const subjects = [query.traceId, query.sessionId, query.experimentId].filter((ids) => ids !== undefined);
  if (subjects.length > 1) found.push('traceId, sessionId and experimentId filters are mutually exclusive');
  const [dataType, ...others] = query.dataType ?? [];
  const single = others.length === 0 ? dataType : undefined;
  if (query.value && !['NUMERIC', 'BOOLEAN', 'CATEGORICAL'].includes(single ?? '')) {
    found.push('value filter requires a single dataType of NUMERIC, BOOLEAN or CATEGORICAL');
  }
  if ((query.valueMin !== undefined || query.valueMax !== undefined) && single !== 'NUMERIC') {
    found.push('valueMin and valueMax filters require dataType=NUMERIC');
  }
  return found;
}

/** `GET /v3/scores`: newest first, keyset pages of at most 100; a key that is not known is refused. */
export function listScores(request: ApiRequest): ApiAnswer {
  const query = valid(querySchema, queryObject(request.query));
  const after = query.cursor === undefined ? null : parseScoreCursor(query.cursor);
  if (query.cursor !== undefined && after === null) return invalidRequest('Invalid cursor format');
  const page = request.data.scores.page(
    {
      nowMs: request.nowMs,
      fromMs: query.fromTimestamp?.getTime() ?? Number.NEGATIVE_INFINITY,
      toMs: query.toTimestamp?.getTime() ?? Number.POSITIVE_INFINITY,
      keep: (row) => matches(row, query),
    },
    after,
    query.limit,
  );
  const last = page.rows.at(-1);
  return ok({
    data: page.rows.map((row) => rendered(row, query.fields)),
    meta: { limit: query.limit, ...(page.more && last && { cursor: scoreCursor(last) }) },
  });
}

function matches(row: StoredScore, query: z.output<typeof querySchema>): boolean {
  const { subject } = row;
  return (
    has(query.name, row.name) &&
    has(query.id, row.id) &&
    has(query.source, row.source) &&
    has(query.dataType, row.dataType) &&
    has(query.environment, row.environment) &&
    has(query.configId, row.configId) &&
    has(query.queueId, null) &&
    has(query.authorUserId, null) &&
    has(query.value, String(row.value)) &&
    (query.valueMin === undefined || Number(row.value) >= query.valueMin) &&
    (query.valueMax === undefined || Number(row.value) <= query.valueMax) &&
    has(query.traceId, 'traceId' in subject ? subject.traceId : null) &&
    has(query.observationId, subject.kind === 'observation' ? subject.observationId : null) &&
    has(query.sessionId, subject.kind === 'session' ? subject.sessionId : null) &&
    has(query.experimentId, subject.kind === 'experiment' ? subject.id : null)
  );
}

function has(wanted: readonly string[] | undefined, value: string | null): boolean {
  return wanted === undefined || (value !== null && wanted.includes(value));
}

function rendered(row: StoredScore, groups: readonly string[]): Record<string, unknown> {
  return {
    id: row.id,
    projectId: PROJECT_ID,
    name: row.name,
    source: row.source,
    timestamp: isoOf(row.timestampMs),
    environment: row.environment,
    createdAt: isoOf(Math.floor(row.createdMs / 1000) * 1000),
    updatedAt: isoOf(row.updatedMs),
    ...(groups.includes('details') && { comment: row.comment, configId: row.configId, metadata: row.metadata }),
    ...(groups.includes('annotation') && { authorUserId: null, queueId: null }),
    ...(groups.includes('subject') && { subject: subjectOf(row.subject) }),
    dataType: row.dataType,
    value: row.value,
  };
}

function subjectOf(subject: ScoreSubject): Record<string, string> {
  switch (subject.kind) {
    case 'trace':
      return { kind: 'trace', id: subject.traceId };
    case 'observation':
      return { kind: 'observation', id: subject.observationId, traceId: subject.traceId };
    case 'session':
      return { kind: 'session', id: subject.sessionId };
    case 'experiment':
      return { kind: 'experiment', id: subject.id };
  }
}
