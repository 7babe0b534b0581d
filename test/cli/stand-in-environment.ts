import type { StandIn } from '../../src/local/langfuse/server';

/** The environment of a user whose Langfuse is the stand-in. */
export function standInEnvironment({ publicKey, secretKey, baseUrl }: StandIn): Record<string, string> {
  return { LANGFUSE_PUBLIC_KEY: publicKey, LANGFUSE_SECRET_KEY: secretKey, LANGFUSE_BASE_URL: baseUrl };
}
