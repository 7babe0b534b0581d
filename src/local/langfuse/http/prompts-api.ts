import { z } from 'zod';

import { resolveReferences } from '../prompt-references';
import type { StoredPrompt } from '../prompts';
import {
  type ApiAnswer,
  type ApiRequest,
  internalError,
  invalidRequest,
  isoOf,
  jsonBody,
  notFound,
  ok,
  PROJECT_ID,
  queryObject,
  valid,
} from './answer';

const LABEL_RULE = 'Label must be lowercase alphanumeric with optional underscores, hyphens, or periods';
const LATEST_RULE = "Label 'latest' is always assigned to the latest prompt version";

const common = {
  name: z
    .string()
    .min(1)
    .regex(/^[^|]*$/u, 'Prompt name cannot contain |')
    .regex(/^(?!\/)(?:.*[^/])?$/u, 'Prompt name cannot start or end with /'),
  labels: z
    .array(
      z
        .string()
        .min(1)
        .max(36)
        .regex(/^[a-z0-9_\-.]+$/, LABEL_RULE),
    )
    .default([]),
  config: z.unknown().optional(),
  tags: z.array(z.string()).nullish(),
  commitMessage: z.string().max(500).nullish(),
};

const message = z.union([
  z.object({ type: z.literal('placeholder'), name: z.string() }),
  z.looseObject({ role: z.string(), content: z.unknown() }),
]);

const createSchema = z.union([
  z.object({ type: z.literal('text').optional(), prompt: z.string(), ...common }),
  z.object({ type: z.literal('chat'), prompt: z.array(message), ...common }),
]);

const labelsSchema = z.object({
  newLabels: z.array(z.string()).superRefine((labels, context) => {
    if (labels.includes('latest')) context.addIssue({ code: 'custom', message: LATEST_RULE });
  }),
});

const getSchema = z.object({
  version: z.coerce.number().optional(),
  label: z.string().optional(),
  resolve: z.enum(['true', 'false']).optional(),
});

const listSchema = z.object({
  name: z.string().optional(),
  label: z.string().optional(),
  tag: z.string().optional(),
  page: z.coerce.number().gte(1).default(1),
  limit: z.coerce.number().gte(1).lte(100).default(10),
  fromUpdatedAt: z.coerce.date().optional(),
  toUpdatedAt: z.coerce.date().optional(),
});

/** `POST /v2/prompts`: always a new version. */
export function createPrompt(request: ApiRequest): ApiAnswer {
  const body = valid(createSchema, jsonBody(request));
  const type = body.type ?? 'text';
  const before = request.data.prompts.versions(body.name)[0];
  if (before !== undefined && before.type !== type) {
    return invalidRequest('Previous versions have different prompt type. Create a new prompt with a different name.');
  }
  const { tags, commitMessage = null, ...rest } = body;
  const created = request.data.createPrompt({ ...rest, type, commitMessage, ...(tags && { tags }) }, request.nowMs);
  return { status: 201, body: { ...rendered(created), isActive: null } };
}

/** `GET /v2/prompts/{name}`: by version, by label, else the one that holds `production`. */
export function getPrompt(request: ApiRequest, name: string): ApiAnswer {
  const query = valid(getSchema, queryObject(request.query));
  if (query.version && query.label) return invalidRequest('Cannot specify both version and label');
  const { prompts } = request.data;
  const label = query.label || 'production';
  const found = query.version ? prompts.byVersion(name, query.version) : prompts.byLabel(name, label);
  if (found === null) {
    return notFound(
      `Prompt not found: '${name}' with ${query.version ? `version ${query.version}` : `label '${label}'`}`,
    );
  }
  const shown = { ...rendered(found), isActive: found.labels.includes('production'), resolutionGraph: null };
  if (query.resolve === 'false') return ok(shown);
  const { prompt, graph } = resolveReferences(prompts, found);
  return ok({ ...shown, prompt, resolutionGraph: graph });
}

/** `GET /v2/prompts`: a page of names; which version holds which label is not said. */
export function listPrompts(request: ApiRequest): ApiAnswer {
  const query = valid(listSchema, queryObject(request.query));
  const matching = request.data.prompts
    .names()
    .filter((name) => query.name === undefined || name === query.name)
    .map((name) => request.data.prompts.versions(name).filter((version) => listed(version, query)))
    .filter((versions) => versions.length > 0);
  const start = (query.page - 1) * query.limit;
  const meta = {
    page: query.page,
    limit: query.limit,
    totalPages: Math.ceil(matching.length / query.limit),
    totalItems: matching.length,
  };
  return ok({ data: matching.slice(start, start + query.limit).map(summary), meta, pagination: meta });
}

/** `PATCH /v2/prompts/{name}/versions/{version}`: adds or moves labels. */
export function patchLabels(request: ApiRequest, name: string, version: string): ApiAnswer {
  const { newLabels } = valid(labelsSchema, jsonBody(request));
  if (!/^\d+$/u.test(version)) return internalError('An unknown error occurred');
  const moved = request.data.prompts.giveLabels(name, Number(version), newLabels, request.nowMs);
  if (moved === null) return notFound(`Prompt '${name}' version ${version} not found in project`);
  return ok({ ...rendered(moved), isActive: null });
}

/** `DELETE /v2/prompts/{name}`: the versions that match; all of them when neither version nor label is given. */
export function deletePrompt(request: ApiRequest, name: string): ApiAnswer {
  const { version, label } = valid(getSchema, queryObject(request.query));
  const which = { ...(version !== undefined && { version }), ...(label !== undefined && { label }) };
  const deleted = request.data.prompts.remove(name, which, request.nowMs);
  return deleted === 0 ? notFound('Prompt not found') : { status: 204, body: null };
}

function listed(version: StoredPrompt, query: z.infer<typeof listSchema>): boolean {
  return (
    (query.label === undefined || version.labels.includes(query.label)) &&
    (query.tag === undefined || version.tags.includes(query.tag)) &&
    (query.fromUpdatedAt === undefined || version.updatedMs >= query.fromUpdatedAt.getTime()) &&
    (query.toUpdatedAt === undefined || version.updatedMs < query.toUpdatedAt.getTime())
  );
}

function summary(versions: readonly StoredPrompt[]): unknown {
  const last = versions.at(-1)!;
  return {
    name: last.name,
    tags: last.tags,
    lastUpdatedAt: isoOf(Math.max(...versions.map((version) => version.updatedMs))),
    versions: versions.map((version) => version.version),
    labels: [...new Set(versions.flatMap((version) => version.labels))].sort(),
    type: last.type,
    lastConfig: last.config,
  };
}

function rendered(prompt: StoredPrompt): Record<string, unknown> {
  const { createdMs, updatedMs, ...rest } = prompt;
  return {
    ...rest,
    createdAt: isoOf(createdMs),
    updatedAt: isoOf(updatedMs),
    projectId: PROJECT_ID,
    createdBy: 'API',
  };
}
