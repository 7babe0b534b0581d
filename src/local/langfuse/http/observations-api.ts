import { z } from 'zod';

import { OBSERVATION_COLUMNS } from '../columns';
import { type Condition, conditionSchema } from '../conditions';
import { observationCursor, parseObservationCursor } from '../cursor';
import { queryOf } from '../observation-query';
import { type ApiAnswer, type ApiRequest, AnswerError, invalidRequest, ok, queryObject, valid } from './answer';
import { renderObservation } from './render-observation';

const IO_AS_JSON =
  'parseIoAsJson=true is no longer supported on the v2 observations endpoint. Input/output fields are always returned as raw strings. Remove the parseIoAsJson parameter or set it to false.';

/** Parameters that are not known are ignored, `promptName` among them. */
const querySchema = z.object({
  limit: z.coerce.number().int().gte(1).lte(1000).default(50),
  cursor: z.string().optional(),
  fields: z.string().default('core,basic'),
  expandMetadata: z.string().default(''),
  filter: z.string().optional(),
  parseIoAsJson: z
    .string()
    .optional()
    .refine((value) => value !== 'true', { message: IO_AS_JSON }),
  name: z.string().optional(),
  userId: z.string().optional(),
  sessionId: z.string().optional(),
  type: z.string().optional(),
  traceId: z.string().optional(),
  level: z.string().optional(),
  parentObservationId: z.string().optional(),
  isRootObservation: z.enum(['true', 'false']).optional(),
  environment: z.union([z.string(), z.array(z.string())]).optional(),
  fromStartTime: z.coerce.date().optional(),
  toStartTime: z.coerce.date().optional(),
  version: z.string().optional(),
});

const EQUALITIES = [
  'name',
  'userId',
  'sessionId',
  'type',
  'traceId',
  'level',
  'parentObservationId',
  'version',
] as const;

/** `GET /v2/observations`: newest start first, keyset pages of at most 1000. A `filter` replaces the plain parameters. */
export function listObservations(request: ApiRequest): ApiAnswer {
  const query = valid(querySchema, queryObject(request.query));
  const conditions = query.filter === undefined ? plainConditions(query) : filterConditions(query.filter);
  const after = query.cursor === undefined ? null : parseObservationCursor(query.cursor);
  if (query.cursor !== undefined && after === null) return invalidRequest('Invalid cursor format');
  const page = request.data.observations.page(queryOf(conditions, request.nowMs), after, query.limit);
  const last = page.rows.at(-1);
  const shown = { groups: new Set(query.fields.split(',')), expand: new Set(query.expandMetadata.split(',')) };
  return ok({
    data: page.rows.map((row) => renderObservation(row, request.data.prompts, shown)),
    meta: page.more && last ? { cursor: observationCursor(last) } : {},
  });
}

function plainConditions(query: z.output<typeof querySchema>): Condition[] {
  const conditions: Condition[] = [];
  for (const column of EQUALITIES) {
    const value = query[column];
    if (value !== undefined) conditions.push({ type: 'string', column, operator: '=', value });
  }
  if (query.environment !== undefined) {
    const value = [query.environment].flat();
    conditions.push({ type: 'stringOptions', column: 'environment', operator: 'any of', value });
  }
  if (query.isRootObservation !== undefined) {
    const value = query.isRootObservation === 'true';
    conditions.push({ type: 'boolean', column: 'isRootObservation', operator: '=', value });
  }
  const bounds = [
    ['>=', query.fromStartTime],
    ['<', query.toStartTime],
  ] as const;
  for (const [operator, value] of bounds) {
    if (value !== undefined) conditions.push({ type: 'datetime', column: 'startTime', operator, value });
  }
  return conditions;
}

function filterConditions(text: string): Condition[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new AnswerError(invalidRequest('Invalid JSON in filter parameter'));
  }
  const conditions = valid(z.array(conditionSchema), json);
  for (const { column } of conditions) {
    if (!OBSERVATION_COLUMNS.has(column)) {
      throw new AnswerError(invalidRequest(`Column ${column} does not match a UI / CH table mapping.`));
    }
  }
  return conditions;
}
