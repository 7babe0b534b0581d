import type { WrittenPolicy } from '../core/policy/written-policy';
import type { WrittenAssertion, WrittenDefinition, WrittenTest, WrittenVariant } from './written-definition';

/** Keys that OpenAI-compatible endpoints know; others are kept as they are. */
export interface ModelConfigInput {
  model?: string;
  temperature?: number;
  top_p?: number;
  max_tokens?: number;
  max_completion_tokens?: number;
  frequency_penalty?: number;
  presence_penalty?: number;
  seed?: number;
  stop?: string | readonly string[];
  reasoning_effort?: string;
  response_format?: Readonly<Record<string, unknown>>;
  tools?: readonly unknown[];
  [key: string]: unknown;
}

type Keys = 'variables' | 'tests' | 'variants' | 'config' | 'rollout';

interface Typed {
  /** Config of the version in Langfuse. */
  config?: ModelConfigInput;
  /** Rollout policy, see docs/policy.md. */
  rollout?: WrittenPolicy;
}

/** One key an item; a pattern may be a regular expression. */
export type AssertionInput = Omit<WrittenAssertion, 'matches'> & { matches?: WrittenAssertion['matches'] | RegExp };

/** A test case; it gives a value to every variable. */
export type TestInput<Variables extends string> = Omit<WrittenTest, 'variables' | 'assert'> & {
  assert: readonly AssertionInput[];
} & ([Variables] extends [never]
    ? { variables?: Record<string, never> }
    : { variables: Readonly<Record<Variables, string>> });

type Tests<Variables extends string> = { tests?: readonly TestInput<Variables>[] };

/** A prompt in TypeScript; the keys are those of the front matter of a Markdown prompt, see docs/prompts.md. */
export type PromptInput<Variables extends string> = Omit<WrittenDefinition, Keys> &
  Typed & {
    /** The variables that the text uses. */
    variables?: readonly Variables[];
    variants?: Readonly<Record<string, Omit<WrittenVariant, Keys> & Typed & Tests<Variables>>>;
  } & Tests<Variables>;

/**
 * Defines a prompt in a file `*.prompt.ts` of the prompts folder. It counts once it is called; it need not be exported.
 * (Here it does nothing: where `rampart` runs such files, it stands in for this with one that gathers.)
 * @returns the definition as it was given
 */
export function definePrompt<const Variables extends string = never>(
  definition: PromptInput<Variables>,
): PromptInput<Variables> {
  return definition;
}
