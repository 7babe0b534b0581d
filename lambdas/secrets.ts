import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { RampartError } from '../src/core/errors';
import { isRecord, parseJson } from './handler';

export interface LangfuseKeys {
  publicKey: string;
  secretKey: string;
}

/** Shorter keys could be found by trying. */
const SHORTEST_HASH_KEY = 16;

/**
 * Reads the Langfuse keys.
 * @throws RampartError `bad_input` when the secret is not `{"publicKey", "secretKey"}`; its text is never in the message
 */
export async function readLangfuseKeys(client: SecretsManagerClient, secretId: string): Promise<LangfuseKeys> {
  const value = parseJson(await readSecret(client, secretId));
  const publicKey = isRecord(value) ? value['publicKey'] : undefined;
  const secretKey = isRecord(value) ? value['secretKey'] : undefined;
  if (typeof publicKey === 'string' && typeof secretKey === 'string' && publicKey !== '' && secretKey !== '') {
    return { publicKey, secretKey };
  }
  const came = isRecord(value) ? `an object with keys ${Object.keys(value).join(', ')}` : 'something else';
  throw new RampartError('bad_input', `secret ${secretId}: expected {"publicKey", "secretKey"}, got ${came}`);
}

/**
 * Reads the key that unit ids are hashed with.
 * @throws RampartError `bad_input` when it is shorter than 16 characters
 */
export async function readHashKey(client: SecretsManagerClient, secretId: string): Promise<string> {
  const key = await readSecret(client, secretId);
  if (key.length >= SHORTEST_HASH_KEY) return key;
  throw new RampartError(
    'bad_input',
    `secret ${secretId}: expected a key of at least ${SHORTEST_HASH_KEY} characters, got ${key.length}`,
  );
}

/** @throws RampartError when it is not there, cannot be read or is no text */
export async function readSecret(client: SecretsManagerClient, secretId: string): Promise<string> {
  try {
    const { SecretString: text } = await client.send(new GetSecretValueCommand({ SecretId: secretId }));
    if (text !== undefined) return text;
  } catch (cause) {
    throw unreadable(secretId, cause);
  }
  throw new RampartError('bad_input', `secret ${secretId}: expected a text, got binary data`);
}

function unreadable(secretId: string, cause: unknown): RampartError {
  const name = cause instanceof Error ? cause.name : String(cause);
  if (name === 'ResourceNotFoundException') {
    return new RampartError('not_found', `secret ${secretId}: expected it in Secrets Manager, got ${name}`, {
      cause,
      hint: 'Create it in the region of the stack; docs/deploy.md shows how.',
    });
  }
  return new RampartError('provider_unavailable', `secret ${secretId}: expected its value, got ${name}`, { cause });
}
