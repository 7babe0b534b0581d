import { z } from 'zod';

import { AnswerError, type ApiAnswer, type ApiRequest, jsonBody } from './answer';
import { storeScore } from './score-create-api';

const batchSchema = z.object({ batch: z.array(z.unknown()) });
const eventSchema = z.looseObject({
  id: z.string(),
  type: z.string(),
  timestamp: z.iso.datetime({ offset: true }),
  body: z.unknown(),
});

/** `POST /ingestion`: only scores are taken; their time is the event's. Each event succeeds or fails by itself. */
export function ingestBatch(request: ApiRequest): ApiAnswer {
  const parsed = batchSchema.safeParse(jsonBody(request));
  if (!parsed.success) {
    const errors = parsed.error.issues.map((issue) => issue.message);
    return { status: 400, body: { message: 'Invalid request data', errors } };
  }
  const successes: unknown[] = [];
  const errors: unknown[] = [];
  for (const event of parsed.data.batch) {
    const failure = ingest(event, request);
    const { id } = event as { id: unknown };
    if (failure === null) successes.push({ id, status: 201 });
    else errors.push({ id, status: 400, ...failure });
  }
  return { status: 207, body: { successes, errors } };
}

function ingest(given: unknown, request: ApiRequest): { message: string; error: string } | null {
  const event = eventSchema.safeParse(given);
  if (!event.success) return { message: 'Invalid request data', error: JSON.stringify(event.error.issues, null, 2) };
  const { type, body, timestamp } = event.data;
  if (type === 'sdk-log') return null;
  if (type !== 'score-create') return { message: 'Event type not accepted', error: notAccepted(type) };
  try {
    storeScore(request.data, body, Date.parse(timestamp), request.nowMs);
    return null;
  } catch (error) {
    if (!(error instanceof AnswerError)) throw error;
    return { message: 'Invalid request data', error: JSON.stringify(inBody(error.answer.body), null, 2) };
  }
}

function inBody(body: unknown): unknown {
  const { error } = body as { error: { path: (string | number)[] }[] };
  return error.map((issue) => ({ ...issue, path: ['body', ...issue.path] }));
}

function notAccepted(type: string): string {
  return `Event type "${type}" is not accepted by /api/public/ingestion when LANGFUSE_MIGRATION_V4_WRITE_MODE is events_only. This endpoint only accepts score and log events. Upgrade the client or integration to a v4-compatible SDK or OTLP ingestion path. As a temporary migration bridge, set LANGFUSE_MIGRATION_V4_WRITE_MODE=dual on both the web and worker services and redeploy. Docs: https://langfuse.com/self-hosting/upgrade/upgrade-guides/upgrade-v3-to-v4`;
}
