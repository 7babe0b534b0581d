import * as z from 'zod';
import { RampartError } from '../../core/errors';
import { contentHash } from '../hash';
import { fingerprintOf } from '../remote/remote-prompt';
import type { Plan } from './plan';

/* A plan that was stored as JSON, read again. Nothing of it is taken for granted: another release may have written it. */

const version = z.int().positive();
const texts = z.array(z.string());
const type = z.enum(['text', 'chat']);
const hash = z.string().regex(/^[0-9a-f]{64}$/u);

const message = z.union([
  z.strictObject({ role: z.string(), content: z.string() }),
  z.strictObject({ placeholder: z.string() }),
]);

const body = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text'), text: z.string() }),
  z.strictObject({ type: z.literal('chat'), messages: z.array(message) }),
]);

const action = z.discriminatedUnion('kind', [
  z.strictObject({
    id: z.string(),
    kind: z.literal('create_version'),
    variant: z.string().nullable(),
    semver: z.string(),
    hash,
    body,
    config: z.record(z.string(), z.unknown()),
    labels: z.array(z.strictObject({ label: z.string(), from: version.nullable() })),
    tags: texts.nullable(),
    commitMessage: z.string().max(500),
  }),
  z.strictObject({ id: z.string(), kind: z.literal('rewrite_tags'), from: texts, to: texts }),
  z.strictObject({
    id: z.string(),
    kind: z.literal('move_label'),
    version,
    label: z.string(),
    from: version.nullable(),
  }),
]);

const finding = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('quarantined'), version }),
  z.strictObject({ kind: z.literal('type_changed'), from: type, to: type }),
  z.strictObject({ kind: z.literal('label_claimed_twice'), label: z.string(), by: z.string().nullable() }),
  z.strictObject({ kind: z.literal('label_held_twice'), label: z.string(), versions: z.array(version) }),
  z.strictObject({ kind: z.literal('production_in_labels'), instead: z.string() }),
  z.strictObject({ kind: z.literal('latest_in_labels') }),
  z.strictObject({ kind: z.literal('no_production'), version }),
  z.strictObject({ kind: z.literal('used'), version }),
  z.strictObject({ kind: z.literal('rollout_running'), version }),
  z.strictObject({ kind: z.literal('ramping_other'), version, label: z.string() }),
  z.strictObject({ kind: z.literal('variant_in_production'), variant: z.string(), version }),
  z.strictObject({ kind: z.literal('drift'), version, labels: texts, isProduction: z.boolean() }),
  z.strictObject({ kind: z.literal('tags_wait'), from: texts, to: texts }),
]);

const part = z.strictObject({ text: z.string(), isChanged: z.boolean() });
const line = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.enum(['same', 'added', 'removed']), parts: z.array(part) }),
  z.strictObject({ kind: z.literal('gap'), lines: z.int().positive() }),
]);

const outcome = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.enum(['unchanged', 'relabel', 'left']), version }),
  z.strictObject({
    kind: z.literal('new_version'),
    version,
    against: z.union([version, z.literal('base')]).nullable(),
    diff: z.strictObject({ body: z.array(line), config: z.array(line) }),
  }),
  z.strictObject({ kind: z.literal('refused') }),
]);

const definition = z.strictObject({
  variant: z.string().nullable(),
  semver: z.string(),
  hash,
  file: z.string(),
  outcome,
  findings: z.array(finding),
});

const seen = z.strictObject({
  type,
  versions: z.array(version),
  labels: texts,
  tags: texts,
  updatedAtMs: z.number().nullable(),
  holders: z.record(z.string(), z.array(version)),
});

const planShape = z.strictObject({
  schema: z.literal(1),
  server: z.string(),
  git: z.strictObject({ commit: z.string(), subject: z.string(), hasChanges: z.boolean() }).nullable(),
  fingerprint: z.string(),
  prompts: z.array(
    z.strictObject({
      prompt: z.string().min(1),
      fingerprint: z.string(),
      seen: seen.nullable(),
      definitions: z.array(definition).min(1),
      findings: z.array(finding),
      actions: z.array(action),
    }),
  ),
  others: texts,
});

/**
 * @param value what `plan --json` printed
 * @throws RampartError `bad_input` naming what is wrong; also when a content or a state is not the one that its hash names
 */
export function parsePlan(value: unknown): Plan {
  const parsed = planShape.safeParse(value);
  if (!parsed.success) {
    throw new RampartError(
      'bad_input',
      `plan: expected one of rampart plan --json, got ${z.prettifyError(parsed.error)}`,
    );
  }
  const plan: Plan = parsed.data;
  for (const { prompt, fingerprint, seen: facts, actions } of plan.prompts) {
    if (fingerprintOf(facts) !== fingerprint) throw altered(prompt, 'seen');
    for (const each of actions) {
      if (each.kind === 'create_version' && contentHash(each) !== each.hash) throw altered(prompt, each.id);
    }
  }
  return plan;
}

function altered(prompt: string, where: string): RampartError {
  return new RampartError('bad_input', `plan: ${prompt}: expected ${where} as it was planned, got something else`, {
    hint: 'A plan cannot be edited. Make another: rampart plan --json',
  });
}
