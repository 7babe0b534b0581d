/**
 * A prompt as the repository defines it, normalised: inheritance of model configs is resolved, a variant is its base with the
 * named changes applied. One definition becomes one Langfuse version. Both written forms (TypeScript and Markdown with front
 * matter) end here; everything after loading (rules, diff, plan, apply, test) works on this alone.
 */
export interface PromptDefinition {
  /** Langfuse prompt name, folders included (`support/answer`). A variant has its base's name. */
  name: string;
  /** null = the base; else the variant's name, which is also the label of its version. */
  variant: string | null;
  /** Semantic version, `MAJOR.MINOR.PATCH`. */
  semver: string;
  body: PromptBody;
  /** `config` of the version in Langfuse: model config merged with the definition's own, `rollout` policy included where given. */
  config: Readonly<Record<string, unknown>>;
  /** As written, without duplicates; `production` and `latest` may be among them and are handled by the plan. */
  labels: readonly string[];
  /** Tags of the name in Langfuse (all versions share them), sorted. Only the base's count. */
  tags: readonly string[];
  description: string | null;
  /** Variables that the text may use; everything used must be declared. */
  variables: readonly string[];
  tests: readonly TestCase[];
  /** Pass threshold over all test cases, 0..1; default .8. */
  testThreshold: number;
  /** What the model's tokens cost, for `max_cost_usd`; absent where no config says it. Never deployed. */
  prices?: TokenPrices;
  /** Names of prompts that are referred to and live in Langfuse only. */
  external?: readonly string[];
  source: SourcePlace;
}

export type PromptBody = { type: 'text'; text: string } | { type: 'chat'; messages: readonly ChatMessage[] };

export type ChatMessage = { role: string; content: string } | { placeholder: string };

/** USD per million tokens. */
export interface TokenPrices {
  input: number;
  output: number;
}

/** Where something was written; line and column from 1. */
export interface SourcePlace {
  /** Path relative to the repository's top, `/` between folders. */
  file: string;
  line: number;
  column: number;
}

/** A case of `rampart test`. */
export interface TestCase {
  name: string;
  /** Values of the variables. */
  variables: Readonly<Record<string, string>>;
  /** Messages for the placeholders of a chat prompt. */
  placeholders: Readonly<Record<string, readonly { role: string; content: string }[]>>;
  assertions: readonly Assertion[];
  /** How many answers are asked for, 1..100. */
  samples: number;
  /** Share of the samples that must pass, 0..1. */
  passRate: number;
  place: SourcePlace;
}

export type Assertion =
  | { kind: 'starts_with'; value: string }
  | { kind: 'contains'; value: string }
  | { kind: 'not_contains'; value: string }
  | { kind: 'matches'; pattern: string; flags: string }
  | { kind: 'json_schema'; schema: Readonly<Record<string, unknown>> }
  | { kind: 'max_characters'; value: number }
  | { kind: 'max_tokens'; value: number }
  | { kind: 'max_latency_ms'; value: number }
  | { kind: 'max_cost_usd'; value: number }
  /** Similarity to a reference answer, 0..1: of the words, or of the endpoint's embeddings. */
  | { kind: 'similar'; to: string; atLeast: number; by: 'words' | 'embedding' }
  /** A judge prompt (a definition's name, or a text with {{input}}, {{output}}) that answers 0..1. */
  | { kind: 'judge'; prompt: string; atLeast: number };

/** Something wrong in the written prompts, with its place. */
export interface PromptProblem {
  place: SourcePlace;
  /** Path inside the definition, such as `variants.concise.labels[0]`. */
  path: string;
  /** What was wrong, what was expected, what came. */
  message: string;
  severity: 'error' | 'warning';
}
