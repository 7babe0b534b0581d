import { z } from 'zod';

import type { LangfuseData } from '../data';
import type { NewScore, ScoreSubject } from '../rows';
import { type ApiAnswer, type ApiRequest, AnswerError, jsonBody, ok, valid } from './answer';

const ONE_TARGET =
  'Provide exactly one of the following: traceId (with optional observationId), sessionId or datasetRunId. ObservationId requires traceId.';

const common = {
  id: z.string().nullish(),
  name: z.string(),
  traceId: z.string().nullish(),
  observationId: z.string().nullish(),
  sessionId: z.string().nullish(),
  datasetRunId: z.string().nullish(),
  environment: z.string().default('default'),
  comment: z.string().nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
  configId: z.string().nullish(),
};

const untypedSchema = z.object({
  ...common,
  dataType: z.undefined().optional(),
  value: z.union([z.string(), z.number()]),
});

const typedSchema = z.discriminatedUnion('dataType', [
  z.object({ ...common, dataType: z.literal('NUMERIC'), value: z.number() }),
  z.object({
    ...common,
    dataType: z.literal('BOOLEAN'),
    value: z.number().refine((value) => value === 0 || value === 1, {
      message: 'Value must be a number equal to either 0 or 1 for data type BOOLEAN',
    }),
  }),
  z.object({ ...common, dataType: z.enum(['CATEGORICAL', 'TEXT', 'CORRECTION']), value: z.string() }),
]);

type Body = z.output<typeof untypedSchema> | z.output<typeof typedSchema>;

/** `POST /scores`: a `timestamp` in the body is ignored; the score's time is when it was posted. */
export function createScore(request: ApiRequest): ApiAnswer {
  return ok({ id: storeScore(request.data, jsonBody(request), request.nowMs, request.nowMs) });
}

/**
 * Stores a posted score: a known id edits the score, a trace that does not exist is accepted.
 * @param timestampMs the score's own time, unless it is an edit
 * @returns its id
 * @throws AnswerError 400 when the body is not a score
 */
export function storeScore(data: LangfuseData, given: unknown, timestampMs: number, nowMs: number): string {
  const body = parse(given);
  const id = body.id ?? data.newId();
  data.addScore({
    id,
    name: body.name,
    ...valueOf(body),
    subject: subjectOf(body),
    environment: body.environment,
    comment: body.comment ?? null,
    metadata: body.metadata ?? {},
    configId: body.configId ?? null,
    timestampMs,
    createdMs: nowMs,
    updatedMs: nowMs,
  });
  return id;
}

function parse(given: unknown): Body {
  const untyped = (given as { dataType?: unknown } | null)?.dataType === undefined;
  return valid(untyped ? untypedSchema : typedSchema, given);
}

function valueOf(body: Body): Pick<NewScore, 'dataType' | 'value'> {
  if (body.dataType === 'BOOLEAN') return { dataType: 'BOOLEAN', value: body.value === 1 };
  const inferred = typeof body.value === 'number' ? 'NUMERIC' : 'CATEGORICAL';
  return { dataType: body.dataType ?? inferred, value: body.value };
}

function subjectOf(body: Body): ScoreSubject {
  const targets = [body.traceId, body.sessionId, body.datasetRunId].filter((id) => id !== null && id !== undefined);
  if (targets.length === 1) {
    if (body.traceId && body.observationId) {
      return { kind: 'observation', observationId: body.observationId, traceId: body.traceId };
    }
    if (body.traceId) return { kind: 'trace', traceId: body.traceId };
    if (body.sessionId && !body.observationId) return { kind: 'session', sessionId: body.sessionId };
    if (body.datasetRunId && !body.observationId) return { kind: 'experiment', id: body.datasetRunId };
  }
  throw new AnswerError({
    status: 400,
    body: {
      message: 'Invalid request data',
      error: [{ code: 'custom', path: ['traceId', 'sessionId', 'datasetRunId', 'observationId'], message: ONE_TARGET }],
    },
  });
}
