import { didYouMean } from '../../core/policy/did-you-mean';
import { pathText, type Path } from '../../core/policy/problem';
import { readShape } from '../../core/policy/read-shape';
import type { PromptProblem, SourcePlace, TokenPrices } from '../definition';
import { writtenModelConfig, type WrittenModelConfig } from '../written-definition';
import { configProblems } from '../rules/model-config';
import { mergeConfig } from './merge-config';
import { readYaml } from './read-yaml';

/** A model config with everything it inherits. */
export interface ModelConfig {
  config: Readonly<Record<string, unknown>>;
  /** Written form; empty = none. */
  rollout: Readonly<Record<string, unknown>>;
  prices: TokenPrices | null;
}

/** The files of `configs/` by name, resolved. */
export interface ModelConfigs {
  names: readonly string[];
  /** Null for a name that is not there or could not be read. */
  get: (name: string) => ModelConfig | null;
  problems: PromptProblem[];
}

export const EMPTY_CONFIG: ModelConfig = { config: {}, rollout: {}, prices: null };

interface ReadConfig {
  written: Readonly<Record<string, unknown>> & Partial<WrittenModelConfig>;
  placeOf: (path: Path) => SourcePlace;
}

/** Reads the files of `configs/` and resolves what they inherit; circles are problems. */
export function readModelConfigs(files: readonly { name: string; file: string; text: string }[]): ModelConfigs {
  const problems: PromptProblem[] = [];
  const read = new Map(files.map((each) => [each.name, readConfig(each, problems)]));
  const names = [...read.keys()];
  const resolved = new Map<string, ModelConfig | null>();
  const resolve = (name: string, above: readonly string[]): ModelConfig | null => {
    const known = resolved.get(name);
    if (known !== undefined) return known;
    const config = read.get(name)!;
    const parent = parentOf(config, names, [...above, name], problems);
    const inherited = parent === null ? EMPTY_CONFIG : resolve(parent, [...above, name]);
    const found = inherited === null ? null : withChanges(inherited, config.written);
    resolved.set(name, found);
    return found;
  };
  for (const name of names) resolve(name, []);
  return { names, get: (name) => resolved.get(name) ?? null, problems };
}

/** What is inherited with what is written: configs deeply, policies by top-level key, prices whole. */
export function withChanges(inherited: ModelConfig, written: Partial<WrittenModelConfig>): ModelConfig {
  return {
    config: mergeConfig(inherited.config, written.config ?? {}),
    rollout: { ...inherited.rollout, ...written.rollout },
    prices: written.prices ?? inherited.prices,
  };
}

/** A problem when no config has the name. */
export function unknownConfig(name: string, names: readonly string[], place: SourcePlace, path: string): PromptProblem {
  const expected = names.length === 0 ? 'a file in configs/, which has none' : `one of the configs ${names.join(', ')}`;
  const message = `expected ${expected}, got '${name}'${didYouMean(name, names)}`;
  return { place, path, message, severity: 'error' };
}

function readConfig({ file, text }: { file: string; text: string }, problems: PromptProblem[]): ReadConfig {
  const { value, placeOf, problems: unreadable } = readYaml(file, text, 0);
  problems.push(...unreadable);
  const shape = readShape(writtenModelConfig, value);
  for (const { path, message } of shape.problems) {
    problems.push({ place: placeOf(path), path: pathText(path), message, severity: 'error' });
  }
  for (const { key, message, severity } of configProblems({ ...(shape.readable.config as object | undefined) })) {
    const path = ['config', key];
    problems.push({ place: placeOf(path), path: pathText(path), message, severity });
  }
  return { written: shape.problems.length > 0 ? {} : value, placeOf };
}

function parentOf(
  { written, placeOf }: ReadConfig,
  names: readonly string[],
  above: readonly string[],
  problems: PromptProblem[],
): string | null {
  const parent = written.extends;
  if (parent === undefined) return null;
  const place = placeOf(['extends']);
  if (!names.includes(parent)) {
    problems.push(unknownConfig(parent, names, place, 'extends'));
    return null;
  }
  if (!above.includes(parent)) return parent;
  const circle = [...above.slice(above.indexOf(parent)), parent].join(' → ');
  const message = `expected configs that inherit in one direction, got the circle ${circle}`;
  problems.push({ place, path: 'extends', message, severity: 'error' });
  return null;
}
