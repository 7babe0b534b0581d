import type { Path, Report } from '../../core/policy/problem';
import type { PromptBody, PromptDefinition, SourcePlace } from '../definition';
import type { WrittenDefinition, WrittenTest, WrittenVariant } from '../written-definition';
import { changedBody, chatMessages } from './change-body';
import { EMPTY_CONFIG, withChanges, type ModelConfig, type ModelConfigs } from './model-configs';
import { DEFAULT_PASS_RATE, normaliseTest } from './normalise-tests';

/** What a variant is made from. */
export interface Base {
  definition: PromptDefinition;
  written: WrittenDefinition;
  model: ModelConfig;
  placeOf: (path: Path) => SourcePlace;
}

/** The normalised form of a prompt whose shape is right. */
export function normaliseBase(written: WrittenDefinition, configs: ModelConfigs, placeOf: Base['placeOf']): Base {
  const model = withChanges(inherited(written.extends, configs), written);
  const definition: PromptDefinition = {
    name: written.name,
    variant: null,
    semver: written.version,
    body: baseBody(written),
    ...deployed(model),
    labels: [...new Set(written.labels)],
    tags: [...new Set(written.tags)].sort(),
    description: written.description ?? null,
    variables: [...new Set(written.variables)],
    tests: tests(written.tests ?? [], model, (index) => placeOf(['tests', index])),
    testThreshold: written.testThreshold ?? DEFAULT_PASS_RATE,
    ...(written.external === undefined ? {} : { external: [...new Set(written.external)] }),
    source: placeOf(['name']),
  };
  return { definition, written, model, placeOf };
}

/**
 * The normalised form of a variant: its base with the named changes.
 * @param report with the path inside the variant
 */
export function normaliseVariant(
  base: Base,
  name: string,
  variant: WrittenVariant,
  configs: ModelConfigs,
  placeOf: Base['placeOf'],
  report: Report,
): PromptDefinition {
  const from = variant.extends === undefined ? base.model : over(base.model, inherited(variant.extends, configs));
  const model = withChanges(from, variant);
  const own = variant.tests ?? [];
  const kept = (base.written.tests ?? []).flatMap((test, index) =>
    own.some((each) => each.name === test.name) ? [] : [{ test, place: base.placeOf(['tests', index]) }],
  );
  const added = own.map((test, index) => ({ test, place: placeOf(['tests', index]) }));
  return {
    ...base.definition,
    variant: name,
    semver: variant.version ?? base.definition.semver,
    body: changedBody(base.definition.body, variant, report),
    ...deployed(model),
    labels: [...new Set(variant.labels)],
    description: variant.description ?? base.definition.description,
    tests: [...kept, ...added].map(({ test, place }) => normaliseTest(test, model.config, place)),
    testThreshold: variant.testThreshold ?? base.definition.testThreshold,
    source: placeOf([]),
  };
}

function inherited(name: string | undefined, configs: ModelConfigs): ModelConfig {
  return name === undefined ? EMPTY_CONFIG : (configs.get(name) ?? EMPTY_CONFIG);
}

function over(base: ModelConfig, changes: ModelConfig): ModelConfig {
  const { config, rollout, prices } = changes;
  return withChanges(base, { config, rollout, ...(prices === null ? {} : { prices }) });
}

function deployed(model: ModelConfig): Pick<PromptDefinition, 'config' | 'prices'> {
  const rollout = Object.keys(model.rollout).length === 0 ? {} : { rollout: model.rollout };
  return { config: { ...model.config, ...rollout }, ...(model.prices === null ? {} : { prices: model.prices }) };
}

function baseBody({ type, text, messages }: WrittenDefinition): PromptBody {
  return type === 'chat' ? { type, messages: chatMessages(messages ?? []) } : { type: 'text', text: text ?? '' };
}

function tests(written: readonly WrittenTest[], model: ModelConfig, placeOf: (index: number) => SourcePlace) {
  return written.map((test, index) => normaliseTest(test, model.config, placeOf(index)));
}
