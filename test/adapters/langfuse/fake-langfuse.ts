import type { IncomingMessage, ServerResponse } from 'node:http';

import type { Condition } from '../../../src/adapters/langfuse/filter';
import type { SeedData, SeedObservation, SeedPrompt, SeedScore } from '../../contracts/langfuse';
import { readBody, sendJson, startServer, type TestServer } from './http-server';

/** The few endpoints that the adapter asks, over a seed, with answers shaped like a Langfuse 4 server's. */
export async function startFakeLangfuse(): Promise<TestServer & { seed(data: SeedData): void }> {
  let data: SeedData = { prompts: [], observations: [], scores: [] };
  const server = await startServer(async (request, response, url) => {
    const path = url.pathname.replace('/api/public', '');
    if (path === '/v2/prompts') return listPrompts(response, data.prompts, url.searchParams);
    if (path.startsWith('/v2/prompts/')) return onPrompt(request, response, data.prompts, path, url.searchParams);
    if (path === '/v2/observations') return listObservations(response, data.observations, url.searchParams);
    if (path === '/v3/scores') return listScores(response, data.scores, url.searchParams);
    if (path === '/v2/metrics') return countRows(response, data.observations, url.searchParams);
    return sendHtml(response, 404);
  });
  return { ...server, seed: (seeded) => void (data = structuredClone(seeded)) };
}

export function sendHtml(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' });
  response.end('<!DOCTYPE html><html lang="en"><head></head><body>hello</body></html>');
}

const TIME = '2026-11-22T12:00:00.000Z';

function versionBody(prompt: SeedPrompt, version: SeedPrompt['versions'][number]): object {
  const newest = Math.max(...prompt.versions.map((one) => one.version));
  const labels = version.version === newest ? [...version.labels, 'latest'] : version.labels;
  return { ...version, id: 'p', name: prompt.name, labels, type: 'text', prompt: 'hi', tags: [], createdAt: TIME };
}

function listPrompts(response: ServerResponse, prompts: SeedPrompt[], query: URLSearchParams): void {
  const label = query.get('label') ?? '';
  const limit = Number(query.get('limit'));
  const page = Number(query.get('page'));
  const found = prompts
    .filter((prompt) => !query.has('name') || prompt.name === query.get('name'))
    .map((prompt) => ({ name: prompt.name, versions: prompt.versions.filter((one) => one.labels.includes(label)) }))
    .filter((prompt) => prompt.versions.length > 0)
    .map(({ name, versions }) => ({
      name,
      versions: versions.map((one) => one.version),
      labels: [...new Set(versions.flatMap((one) => one.labels))],
    }));
  sendJson(response, 200, {
    data: found.slice((page - 1) * limit, page * limit),
    meta: { page, limit, totalPages: Math.ceil(found.length / limit), totalItems: found.length },
  });
}

async function onPrompt(
  request: IncomingMessage,
  response: ServerResponse,
  prompts: SeedPrompt[],
  path: string,
  query: URLSearchParams,
): Promise<void> {
  const [, name = '', patched] = /^\/v2\/prompts\/([^/]+)(?:\/versions\/(\d+))?$/u.exec(path) ?? [];
  const prompt = prompts.find((one) => one.name === decodeURIComponent(name));
  const wanted = patched ?? query.get('version');
  const latest = query.get('label') === 'latest';
  const version = latest
    ? prompt?.versions.at(-1)
    : prompt?.versions.find((one) =>
        wanted === null ? one.labels.includes(query.get('label') ?? '') : one.version === Number(wanted),
      );
  if (name === '') return sendHtml(response, 404);
  if (!prompt || !version) {
    return sendJson(response, 404, { message: 'Prompt not found', error: 'LangfuseNotFoundError' });
  }
  if (request.method === 'PATCH') {
    const { newLabels } = JSON.parse(await readBody(request)) as { newLabels: string[] };
    for (const one of prompt.versions) one.labels = one.labels.filter((label) => !newLabels.includes(label));
    version.labels = [...newLabels, ...version.labels];
  }
  sendJson(response, 200, versionBody(prompt, version));
}

function observationBody(row: SeedObservation): Record<string, unknown> {
  const usage = row.totalTokens === null ? {} : { total: row.totalTokens };
  const cost = row.totalCost === null ? {} : { total: row.totalCost };
  return {
    id: row.id,
    traceId: row.traceId,
    startTime: new Date(row.startMs).toISOString(),
    endTime: row.endMs === null ? null : new Date(row.endMs).toISOString(),
    parentObservationId: row.parentObservationId,
    type: row.type,
    level: row.level,
    environment: row.environment,
    latency: row.endMs === null ? null : (row.endMs - row.startMs) / 1000,
    userId: row.userId ?? '',
    sessionId: row.sessionId ?? '',
    isRootObservation: row.parentObservationId === null,
    metadata: row.metadata,
    usageDetails: usage,
    totalUsage: row.totalTokens ?? 0,
    costDetails: cost,
    totalCost: row.totalCost ?? 0,
    promptName: row.prompt?.name ?? '',
    promptVersion: row.prompt?.version ?? null,
    inputPrice: '1.5e-7',
  };
}

function matches(row: Record<string, unknown>, condition: Condition): boolean {
  const value = row[condition.column];
  switch (condition.type) {
    case 'stringOptions':
      return condition.value.includes(String(value));
    case 'datetime':
      return condition.operator === '<' ? String(value) < condition.value : String(value) >= condition.value;
    case 'string':
    case 'boolean':
      return value === condition.value;
  }
}

function listObservations(response: ServerResponse, rows: SeedObservation[], query: URLSearchParams): void {
  const conditions = JSON.parse(query.get('filter') ?? '[]') as Condition[];
  const found = rows
    .toSorted((a, b) => b.startMs - a.startMs || b.id.localeCompare(a.id))
    .map(observationBody)
    .filter((row) => conditions.every((condition) => matches(row, condition)));
  sendPage(response, found, query, {});
}

function listScores(response: ServerResponse, scores: SeedScore[], query: URLSearchParams): void {
  if (Number(query.get('limit')) > 100) return sendJson(response, 400, { message: 'Invalid request data' });
  const names = query.get('name')?.split(',');
  const found = scores
    .filter((score) => names === undefined || names.includes(score.name))
    .filter((score) => score.timestampMs >= Date.parse(query.get('fromTimestamp') ?? ''))
    .filter((score) => score.timestampMs < Date.parse(query.get('toTimestamp') ?? ''))
    .toSorted((a, b) => b.timestampMs - a.timestampMs || b.id.localeCompare(a.id))
    .map(({ timestampMs, updatedAtMs, subject, ...score }) => ({
      ...score,
      timestamp: new Date(timestampMs).toISOString(),
      updatedAt: new Date(updatedAtMs).toISOString(),
      subject: subjectBody(subject),
    }));
  sendPage(response, found, query, { limit: Number(query.get('limit')) });
}

function subjectBody(subject: SeedScore['subject']): object {
  switch (subject.kind) {
    case 'trace':
      return { kind: 'trace', id: subject.traceId };
    case 'observation':
      return { kind: 'observation', id: subject.observationId, traceId: subject.traceId };
    case 'session':
      return { kind: 'session', id: subject.sessionId };
    case 'experiment':
      return subject;
  }
}

function sendPage(response: ServerResponse, rows: object[], query: URLSearchParams, meta: object): void {
  const from = Number(query.get('cursor') ?? 0);
  const to = from + Number(query.get('limit'));
  const cursor = to < rows.length ? { cursor: String(to) } : {};
  sendJson(response, 200, { data: rows.slice(from, to), meta: { ...meta, ...cursor } });
}

/** Both ends inclusive; counts as the text that older ClickHouse versions give. */
function countRows(response: ServerResponse, rows: SeedObservation[], query: URLSearchParams): void {
  const asked = JSON.parse(query.get('query') ?? '') as {
    dimensions: [{ field: string }];
    filters: Condition[];
    fromTimestamp: string;
    toTimestamp: string;
  };
  const [{ field }] = asked.dimensions;
  const counts = new Map<unknown, number>();
  for (const row of rows.map(observationBody)) {
    const start = String(row['startTime']);
    if (start < asked.fromTimestamp || start > asked.toTimestamp) continue;
    if (!asked.filters.every((condition) => matches(row, condition))) continue;
    const value = row[field] === '' ? null : row[field];
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  const data = [...counts].map(([value, count]) => ({ [field]: value, count_count: String(count) }));
  sendJson(response, 200, { data });
}
