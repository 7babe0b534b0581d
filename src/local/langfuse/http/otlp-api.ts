import { type ApiAnswer, type ApiRequest, isoOf, jsonBody, ok, PROJECT_ID } from './answer';
import { exportSchema, observationFrom, type SpanInContext, spansOf } from './otlp-spans';

/** `POST /otel/v1/traces`: spans as OTLP JSON. All or nothing; the same span again is a second row. */
export function ingestSpans(request: ApiRequest): ApiAnswer {
  if (!String(request.headers['content-type'] ?? '').startsWith('application/json')) {
    return { status: 400, body: { error: 'Invalid content type' } };
  }
  const parsed = exportSchema.safeParse(jsonBody(request));
  if (!parsed.success) return { status: 400, body: { error: `Invalid OTLP trace export: ${parsed.error.message}` } };
  const spans = spansOf(parsed.data);
  const broken = spans.filter(({ span }) => !span.traceId || !span.spanId);
  if (broken.length > 0) return { status: 400, body: { error: missingIds(broken, spans.length) } };
  for (const each of spans) request.data.addObservation(observationFrom(each, request.nowMs));
  return ok(spans.length === 0 ? {} : job(request));
}

function missingIds(broken: readonly SpanInContext[], total: number): string {
  const { span, scope } = broken[0]!;
  const state = (id: string | undefined): string => (id ? 'present' : 'absent');
  return `Invalid OTLP trace export: ${broken.length} of ${total} span(s) cannot be processed (traceId:${state(span.traceId)}, spanId:${state(span.spanId)}). traceId and spanId are required on every span, and each must be a string or a byte array. The entire export was rejected and no spans were ingested. Instrumentation scopes: ${scope.name ?? 'unknown'}. This endpoint accepts OpenTelemetry traces only — if you are exporting OpenTelemetry logs, point your log exporter elsewhere.`;
}

/** The queue's job, which the server shows as its answer. */
function job({ nowMs, data, publicKey, headers }: ApiRequest): Record<string, unknown> {
  return {
    name: 'otel-ingestion-job',
    data: {
      id: data.newId(),
      timestamp: isoOf(nowMs),
      name: 'otel-ingestion-job',
      payload: {
        data: { fileKey: `events/otel/${PROJECT_ID}/${data.newId()}.json`, publicKey },
        authCheck: { validKey: true, scope: { projectId: PROJECT_ID, accessLevel: 'project', orgId: 'org-test' } },
        sdkName: headers['x-langfuse-sdk-name'] ?? 'unknown',
        sdkVersion: headers['x-langfuse-sdk-version'] ?? 'unknown',
        ingestionVersion: headers['x-langfuse-ingestion-version'] ?? '',
      },
    },
    opts: {
      attempts: 6,
      removeOnComplete: true,
      removeOnFail: 100000,
      backoff: { type: 'exponential', delay: 5000 },
    },
    id: data.newId(),
    progress: 0,
    returnvalue: null,
    stacktrace: null,
    priority: 0,
    attemptsStarted: 0,
    attemptsMade: 0,
    stalledCounter: 0,
    timestamp: nowMs,
    queueQualifiedName: 'bull:otel-ingestion-queue',
  };
}
