/*
 * The Langfuse clients that an app may use, by the one method that is needed: `@langfuse/client` 5 and `langfuse` 3. Both
 * declare `text` first and `chat` second, and so does this.
 */

interface FetchOptions {
  version: number;
  cacheTtlSeconds: 0;
  maxRetries: 0;
  fetchTimeoutMs: number;
}

/** `LangfuseClient` of `@langfuse/client` 5. */
export interface LangfuseClient5 {
  prompt: { get(name: string, options: FetchOptions): Promise<object> };
}

/** `Langfuse` of `langfuse` 3. */
export interface LangfuseClient3 {
  getPrompt(name: string, version: number, options: Omit<FetchOptions, 'version'>): Promise<object>;
}

export type LangfuseClient = LangfuseClient5 | LangfuseClient3;

/** The prompt objects of a client: those of text and of chat prompts. */
export type PromptObjects<Client> = Client extends { prompt: { get: infer Get } }
  ? ResultsOf<Get>
  : Client extends { getPrompt: infer Get }
    ? ResultsOf<Get>
    : { text: never; chat: never };

type ResultsOf<Get> = Get extends {
  (...given: never[]): Promise<infer Text>;
  (...given: never[]): Promise<infer Chat>;
}
  ? { text: Text; chat: Chat }
  : never;

/** Fetches one version past the client's cache, once, in bounded time. */
export type FetchPrompt = (prompt: string, version: number, timeoutMs: number) => Promise<object>;

/**
 * How to fetch with this client. Version 5 is looked for first: its deprecated `getPrompt` reads another version than it
 * is asked for.
 * @throws TypeError when it is neither client
 */
export function promptFetcher(client: LangfuseClient): FetchPrompt {
  const given = client as Partial<LangfuseClient5 & LangfuseClient3>;
  const { prompt: prompts } = given;
  const past = { cacheTtlSeconds: 0, maxRetries: 0 } as const;
  if (typeof prompts?.get === 'function') {
    return (prompt, version, fetchTimeoutMs) => prompts.get(prompt, { version, ...past, fetchTimeoutMs });
  }
  const old = given as LangfuseClient3;
  if (typeof old.getPrompt === 'function') {
    return (prompt, version, fetchTimeoutMs) => old.getPrompt(prompt, version, { ...past, fetchTimeoutMs });
  }
  throw new TypeError(
    'createRouter: langfuse: expected a client of @langfuse/client 5 or langfuse 3, got an object without prompt.get and getPrompt',
  );
}
