import type { WrittenAssertion, WrittenDefinition, WrittenTest, WrittenVariant } from './written-definition';

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
export type PromptInput<Variables extends string> = Omit<WrittenDefinition, 'variables' | 'tests' | 'variants'> & {
  /** The variables that the text uses. */
  variables?: readonly Variables[];
  variants?: Readonly<Record<string, Omit<WrittenVariant, 'tests'> & Tests<Variables>>>;
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
