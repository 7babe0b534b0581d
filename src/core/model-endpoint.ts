/** A message of a conversation. */
export interface ModelMessage {
  role: string;
  content: string;
}

/** What a model is asked. */
export interface ModelRequest {
  model: string;
  messages: readonly ModelMessage[];
  /** What else is sent with it: `temperature`, `max_tokens`, `response_format`, … */
  parameters: Readonly<Record<string, unknown>>;
}

/** What it answered. Tokens are null where the endpoint does not count them. */
export interface ModelAnswer {
  text: string;
  promptTokens: number | null;
  completionTokens: number | null;
  /** Of the request that was answered, without waits and earlier tries. */
  latencyMs: number;
}

/** Port: an endpoint for chat completions and embeddings. Tries again what is worth it; errors are RampartErrors `provider_…`. */
export interface ModelEndpoint {
  complete(request: ModelRequest): Promise<ModelAnswer>;
  /** A vector for each text. */
  embed(model: string, texts: readonly string[]): Promise<readonly (readonly number[])[]>;
}
