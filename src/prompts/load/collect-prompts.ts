import { closest, didYouMean } from '../../core/policy/did-you-mean';
import { pathText, show, type Path, type Report } from '../../core/policy/problem';
import { readShape } from '../../core/policy/read-shape';
import type * as z from 'zod';
import type { PromptDefinition, PromptProblem } from '../definition';
import {
  writtenDefinition,
  writtenVariantFile,
  type WrittenDefinition,
  type WrittenVariant,
} from '../written-definition';
import { configProblems } from '../rules/model-config';
import { unknownConfig, type ModelConfigs } from './model-configs';
import { normaliseBase, normaliseVariant, type Base } from './normalise-prompt';
import type { Places } from './places';
import type { ReadSource } from './read-markdown';

/** A definition with the places of its parts. */
export interface LoadedPrompt {
  definition: PromptDefinition;
  /** Of a variant's path, inside the variant. */
  places: Places;
  /** What stands before a path of it in messages: `variants.concise`, or nothing. */
  prefix: Path;
  /** Keys that could not be read, so that nothing can be said of what follows from them; absent: all could. */
  unread?: ReadonlySet<string>;
}

interface Collected {
  prompts: LoadedPrompt[];
  /** Bases without what is wrong with them: for finding what else is, and for those that refer to them. */
  halfRead: LoadedPrompt[];
  problems: PromptProblem[];
}

/** Checks shapes and normalises: bases with their own variants, then variants of files of their own. */
export function collectPrompts(
  sources: readonly ReadSource[],
  variantFiles: readonly { source: ReadSource; name: string }[],
  configs: ModelConfigs,
): Collected {
  const collected: Collected = { prompts: [], halfRead: [], problems: [] };
  const bases = new Map<string, Base & { places: Places }>();
  const broken = new Set<unknown>();
  for (const source of sources) {
    const base = readBase(source, configs, collected);
    if (base === null) broken.add(source.value['name']);
    if (base === null) continue;
    if (!bases.has(base.definition.name)) bases.set(base.definition.name, base);
    collected.prompts.push({ definition: base.definition, places: base.places, prefix: [] });
    for (const [name, variant] of Object.entries(base.written.variants ?? {})) {
      const prefix = ['variants', name];
      const places = { of: (path: Path) => source.places.of([...prefix, ...path]), inBody: source.places.inBody };
      addVariant({ base, name, variant, places, prefix }, configs, collected);
    }
  }
  for (const { source, name } of variantFiles) {
    const variant = shaped(writtenVariantFile, source, collected);
    if (variant === null || broken.has(variant.base)) continue;
    const base = bases.get(variant.base);
    if (base === undefined) {
      const hint = didYouMean(variant.base, [...bases.keys()]);
      add(
        collected,
        source.places,
        ['base'],
        `expected the name of a prompt of this folder, got ${show(variant.base)}${hint}`,
      );
    } else addVariant({ base, name, variant, places: source.places, prefix: [] }, configs, collected);
  }
  collected.prompts.sort(byName);
  return collected;
}

function hasErrors({ problems }: Collected, before: number): boolean {
  return problems.slice(before).some(({ severity }) => severity === 'error');
}

function byName({ definition: a }: LoadedPrompt, { definition: b }: LoadedPrompt): number {
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  const [first, second] = [a.variant ?? '', b.variant ?? ''];
  return first < second ? -1 : Number(first > second);
}

function readBase(source: ReadSource, configs: ModelConfigs, collected: Collected): (Base & { places: Places }) | null {
  const isChat = source.value['type'] === undefined && source.value['messages'] !== undefined;
  const value = isChat ? { ...source.value, type: 'chat' } : source.value;
  const unread = new Set<string>();
  const wrong = (path: Path, message: string): void => {
    unread.add(String(path[0]));
    add(collected, source.places, path, message);
  };
  const before = collected.problems.length;
  checkExtends(value['extends'], source.places, [], configs, collected);
  if (hasErrors(collected, before)) unread.add('extends');
  const beforeConfig = collected.problems.length;
  checkConfig(value['config'], source.places, [], collected);
  if (hasErrors(collected, beforeConfig)) unread.add('config');
  for (const { path, message } of shapeProblems(writtenDefinition, value)) wrong(path, message);
  const written = withoutKeys(value, unread);
  if (written === null) return null;
  const meant = [...unread].map((key) => closest(key, Object.keys(writtenDefinition.shape)) ?? key);
  checkBody(written, new Set([...unread, ...meant]), wrong);
  const base = { ...normaliseBase(written, configs, source.places.of), places: source.places };
  if (unread.size === 0) return base;
  const { definition } = base;
  collected.halfRead.push({ definition, places: source.places, prefix: [], unread: new Set([...unread, ...meant]) });
  return null;
}

/** The body is of the type, as far as both could be read. */
function checkBody({ type, text, messages }: WrittenDefinition, unread: ReadonlySet<string>, wrong: Report): void {
  if (['type', 'text', 'messages'].some((key) => unread.has(key))) return;
  if (type === 'chat') {
    if (text !== undefined) wrong(['text'], "expected messages for type 'chat', got text");
    if ((messages ?? []).length === 0) wrong(['messages'], 'expected messages, got none');
  } else {
    if (messages !== undefined) wrong(['messages'], "expected text for type 'text', got messages");
    if (text === undefined) wrong(['text'], 'expected a text, got none');
  }
}

/** What is left of a value without the keys that are wrong; null when nothing can be said without them. */
function withoutKeys(value: ReadSource['value'], unread: ReadonlySet<string>): WrittenDefinition | null {
  const rest = Object.entries(value).filter(([key]) => !unread.has(key));
  const parsed = writtenDefinition.safeParse({
    ...(unread.has('version') ? { version: '0.0.0' } : {}),
    ...Object.fromEntries(rest),
  });
  return parsed.success ? parsed.data : null;
}

interface NamedVariant {
  base: Base & { places: Places };
  name: string;
  variant: WrittenVariant;
  places: Places;
  prefix: Path;
}

function addVariant(
  { base, name, variant, places, prefix }: NamedVariant,
  configs: ModelConfigs,
  collected: Collected,
): void {
  const before = collected.problems.length;
  checkExtends(variant.extends, places, prefix, configs, collected);
  checkConfig(variant.config, places, prefix, collected);
  const definition = normaliseVariant(base, name, variant, configs, places.of, (path, message) =>
    add(collected, places, path, message, prefix),
  );
  const hasOwnBody = variant.text !== undefined || variant.messages !== undefined;
  const inBody = hasOwnBody ? places.inBody : () => definition.source;
  if (!hasErrors(collected, before)) {
    collected.prompts.push({ definition, places: { of: places.of, inBody }, prefix });
  }
}

function checkExtends(
  name: unknown,
  places: Places,
  prefix: Path,
  configs: ModelConfigs,
  { problems }: Collected,
): void {
  if (typeof name !== 'string' || configs.names.includes(name)) return;
  const path = pathText([...prefix, 'extends']);
  problems.push(unknownConfig(name, configs.names, places.of(['extends']), path));
}

function checkConfig(config: unknown, places: Places, prefix: Path, { problems }: Collected): void {
  if (typeof config !== 'object' || config === null) return;
  for (const { key, message, severity } of configProblems({ ...config })) {
    const path = ['config', key];
    problems.push({ place: places.of(path), path: pathText([...prefix, ...path]), message, severity });
  }
}

function shaped<Shape extends z.ZodObject>(
  shape: Shape,
  { value, places }: ReadSource,
  collected: Collected,
): z.infer<Shape> | null {
  const problems = shapeProblems(shape, value);
  for (const { path, message } of problems) add(collected, places, path, message);
  return problems.length > 0 ? null : shape.parse(value);
}

function shapeProblems(shape: z.ZodObject, value: unknown): Stated[] {
  const { problems } = readShape(shape, value);
  return problems.filter((problem) => !isEmptied(problem, problems));
}

/** An object whose one key is misspelt is not empty as well. */
function isEmptied({ path, message }: Stated, all: readonly Stated[]): boolean {
  const inside = (other: Stated): boolean =>
    other.path.length > path.length && path.every((key, i) => other.path[i] === key);
  return message.endsWith('got an empty object') && all.some(inside);
}

type Stated = { path: Path; message: string };

function add({ problems }: Collected, places: Places, path: Path, message: string, prefix: Path = []): void {
  problems.push({ place: places.of(path), path: pathText([...prefix, ...path]), message, severity: 'error' });
}
