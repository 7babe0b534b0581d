import { Ajv2020 } from 'ajv/dist/2020';
import type { PromptProblem } from '../definition';
import type { LoadedPrompt } from '../load/collect-prompts';
import { MISSING_SCHEMA } from '../load/normalise-tests';
import { inTest } from './test-cases';

/** Reads schemas of draft 2020-12 (and older ones as far as they agree); unknown keywords and formats are no mistake. */
export function jsonSchemas(): Ajv2020 {
  return new Ajv2020({ strict: false, validateFormats: false, allErrors: true, addUsedSchema: false, logger: false });
}

/** Schemas of test cases that cannot be read. Apart from the other rules, since few prompts need its library. */
export function checkJsonSchemas(prompts: readonly LoadedPrompt[]): PromptProblem[] {
  const schemas = jsonSchemas();
  return prompts.flatMap((prompt) =>
    prompt.definition.tests.flatMap((test) =>
      test.assertions.flatMap((assertion, index) => {
        if (assertion.kind !== 'json_schema') return [];
        const wrong = wrongWith(assertion.schema, schemas);
        return wrong === null ? [] : [inTest(prompt, test, ['assert', index], wrong)];
      }),
    ),
  );
}

function wrongWith(schema: Readonly<Record<string, unknown>>, schemas: Ajv2020): string | null {
  if (schema === MISSING_SCHEMA) {
    return "expected a JSON Schema, or 'response_format' where the config has one with a schema";
  }
  try {
    schemas.compile(schema);
    return null;
  } catch (error) {
    return `expected a JSON Schema, got: ${(error as Error).message}`;
  }
}
