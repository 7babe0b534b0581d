import { z } from 'zod';

import { costOf, roundedCost } from '../models';
import type { NewObservation } from '../rows';

const textValue = z.object({ stringValue: z.string() });
const attributeValue = z.looseObject({
  stringValue: z.string().optional(),
  intValue: z.union([z.string(), z.number()]).optional(),
  doubleValue: z.number().optional(),
  boolValue: z.boolean().optional(),
  arrayValue: z.object({ values: z.array(textValue).default([]) }).optional(),
});
const attributes = z.array(z.object({ key: z.string(), value: attributeValue })).default([]);
const spanSchema = z.object({
  traceId: z.string().optional(),
  spanId: z.string().optional(),
  parentSpanId: z.string().optional(),
  name: z.string().default(''),
  startTimeUnixNano: z.union([z.string(), z.number()]).default('0'),
  endTimeUnixNano: z.union([z.string(), z.number()]).optional(),
  attributes,
  status: z.object({ code: z.union([z.number(), z.string()]).optional(), message: z.string().optional() }).optional(),
});
const scopeSchema = z.object({ name: z.string().optional(), version: z.string().optional() }).default({});
/** An OTLP trace export as JSON: the parts that Langfuse reads. */
export const exportSchema = z.object({
  resourceSpans: z
    .array(
      z.object({
        resource: z.object({ attributes }).optional(),
        scopeSpans: z.array(z.object({ scope: scopeSchema, spans: z.array(spanSchema).default([]) })).default([]),
      }),
    )
    .default([]),
});

type Span = z.output<typeof spanSchema>;
type Attributes = Map<string, z.output<typeof attributeValue>>;

/** A span with what it inherits. */
export interface SpanInContext {
  span: Span;
  scope: z.output<typeof scopeSchema>;
  resource: Attributes;
}

/** All spans of an export. */
export function spansOf(exported: z.output<typeof exportSchema>): SpanInContext[] {
  return exported.resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ scope, spans }) =>
      spans.map((span) => ({ span, scope, resource: attributeMap(resource?.attributes ?? []) })),
    ),
  );
}

function attributeMap(list: z.output<typeof attributes>): Attributes {
  return new Map(list.map(({ key, value }) => [key, value]));
}

/**
 * The observation that Langfuse makes of a span, by its `langfuse.*`, `user.id` and `session.id` attributes. Both ids must
 * be there.
 */
export function observationFrom({ span, scope, resource }: SpanInContext, nowMs: number): NewObservation {
  const given = attributeMap(span.attributes);
  const text = (key: string): string | null => (given.has(key) ? String(plain(given.get(key)!)) : null);
  const model = text('langfuse.observation.model.name');
  const usage = numbers(text('langfuse.observation.usage_details'));
  const cost = text('langfuse.observation.cost_details');
  const version = text('langfuse.observation.prompt.version');
  const firstToken = text('langfuse.observation.completion_start_time');
  return {
    id: span.spanId!,
    traceId: span.traceId!,
    parentObservationId: span.parentSpanId || null,
    type: (text('langfuse.observation.type') ?? 'span').toUpperCase(),
    name: span.name,
    level: text('langfuse.observation.level') ?? (String(span.status?.code ?? '') === '2' ? 'ERROR' : 'DEFAULT'),
    statusMessage: text('langfuse.observation.status_message') ?? span.status?.message ?? null,
    startMs: msOf(span.startTimeUnixNano),
    endMs: span.endTimeUnixNano === undefined ? null : msOf(span.endTimeUnixNano),
    completionStartMs: firstToken === null ? null : Date.parse(firstToken),
    environment: text('langfuse.environment') ?? 'default',
    userId: text('user.id'),
    sessionId: text('session.id'),
    version: text('langfuse.version'),
    release: text('langfuse.release'),
    traceName: text('langfuse.trace.name'),
    tags: (given.get('langfuse.trace.tags')?.arrayValue?.values ?? []).map((value) => value.stringValue),
    input: text('langfuse.observation.input'),
    output: text('langfuse.observation.output'),
    model,
    promptName: text('langfuse.observation.prompt.name'),
    promptVersion: version === null ? null : Number(version),
    usage,
    cost: cost === null ? costOf(model, usage) : roundedCost(numbers(cost)),
    metadata: metadataOf(given, scope, resource),
    createdMs: nowMs,
  };
}

function metadataOf(given: Attributes, scope: SpanInContext['scope'], resource: Attributes): Record<string, unknown> {
  const metadata: Record<string, unknown> = {};
  if (scope.version !== undefined) metadata['scope.version'] = jsonOrText(scope.version);
  if (scope.name !== undefined) metadata['scope.name'] = scope.name;
  for (const [key, value] of resource) metadata[`resourceAttributes.${key}`] = jsonOrText(plain(value));
  for (const [key, value] of given) {
    const own = /^langfuse\.(?:observation|trace)\.metadata\.(.+)$/u.exec(key);
    if (own) metadata[own[1]!] = jsonOrText(plain(value));
    if (!/\.(?:input|output)$/u.test(key)) metadata[`attributes.${key}`] = jsonOrText(plain(value));
  }
  return metadata;
}

function plain(value: z.output<typeof attributeValue>): string | number | boolean {
  if (value.arrayValue !== undefined) return JSON.stringify(value.arrayValue.values.map((each) => each.stringValue));
  return value.stringValue ?? value.intValue ?? value.doubleValue ?? value.boolValue ?? '';
}

function jsonOrText(value: string | number | boolean): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function numbers(json: string | null): Record<string, number> {
  const parsed = z.record(z.string(), z.number()).safeParse(json === null ? {} : jsonOrText(json));
  return parsed.success ? parsed.data : {};
}

function msOf(nanos: string | number): number {
  return Number(BigInt(nanos) / 1_000_000n);
}
