import { didYouMean } from '../../core/policy/did-you-mean';
import { pathText, show, type Path } from '../../core/policy/problem';
import { readShape } from '../../core/policy/read-shape';
import type * as z from 'zod';
import type { PromptDefinition, PromptProblem } from '../definition';
import { writtenDefinition, writtenVariantFile, type WrittenVariant } from '../written-definition';
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
}

interface Collected {
  prompts: LoadedPrompt[];
  problems: PromptProblem[];
}

/** Checks shapes and normalises: bases with their own variants, then variants of files of their own. */
export function collectPrompts(
  sources: readonly ReadSource[],
  variantFiles: readonly { source: ReadSource; name: string }[],
  configs: ModelConfigs,
): Collected {
  const collected: Collected = { prompts: [], problems: [] };
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
  const before = collected.problems.length;
  checkExtends(value['extends'], source.places, [], configs, collected);
  checkConfig(value['config'], source.places, [], collected);
  const written = shaped(writtenDefinition, { ...source, value }, collected);
  if (written === null) return null;
  if (written.type === 'chat') {
    if (written.text !== undefined)
      add(collected, source.places, ['text'], "expected messages for type 'chat', got text");
    if ((written.messages ?? []).length === 0)
      add(collected, source.places, ['messages'], 'expected messages, got none');
  } else {
    if (written.messages !== undefined)
      add(collected, source.places, ['messages'], "expected text for type 'text', got messages");
    if (written.text === undefined) add(collected, source.places, ['text'], 'expected a text, got none');
  }
  if (hasErrors(collected, before)) return null;
  return { ...normaliseBase(written, configs, source.places.of), places: source.places };
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
  const { problems: all } = readShape(shape, value);
  const problems = all.filter((problem) => !isEmptied(problem, all));
  for (const { path, message } of problems) add(collected, places, path, message);
  return problems.length > 0 ? null : shape.parse(value);
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
