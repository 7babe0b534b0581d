import { readFileSync } from 'node:fs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { dynamoDbPromptStore } from '../src/adapters/aws/dynamodb-prompt-store';
import type { LogEvent } from '../src/app/controller';
import { answer, type Serving } from '../src/app/serve/answer';
import { holdAssignments } from '../src/app/serve/held-assignments';
import { LARGEST_BODY_BYTES, tooLarge } from '../src/app/serve/http-message';
import { parseRuntimeConfig } from '../src/core/config/runtime-config';
import { parseServeEnvironment } from '../src/core/config/serve-environment';
import type { Clock } from '../src/core/ports';
import { errorFacts, type Handler } from './handler';
import { sha256 } from './hashing';
import { parseUrlEvent, type UrlResponse, urlResponse } from './ofrep-event';
import { remembering, rememberingLast } from './remembering';
import { readSecret } from './secrets';
import { keyCheck, parseKeySecret } from './serve-keys';
import { writeLog } from './write-log';

/** A changed key is seen within this time. */
const KEYS_MAX_AGE_MS = 5 * 60_000;

/** Somebody waits for the answer: a slow read gives up, and the last document is served. */
const BOUNDED = {
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 1_000, throwOnRequestTimeout: true },
} as const;

/**
 * Serves assignments over HTTP, behind a function URL or an HTTP API.
 * @param serving what answers are made from; made at the first event
 * @throws RampartError `bad_input` for an event that is no HTTP request, and what making `serving` throws
 */
export function makeHandler(serving: () => Promise<Serving>): Handler<UrlResponse> {
  return async (event) => {
    const request = parseUrlEvent(event);
    if (Buffer.byteLength(request.body) > LARGEST_BODY_BYTES) return urlResponse(tooLarge());
    return urlResponse(await answer(await serving(), request));
  };
}

/** Everything that lives as long as the container, keys apart, which change. */
function servingOfContainer(now: Clock, log: (event: LogEvent) => void): () => Promise<Serving> {
  const parts = remembering(async () => partsOfContainer(now, log), { maxAgeMs: Number.POSITIVE_INFINITY, now });
  return async () => {
    try {
      const { keys, ...rest } = await parts();
      return { ...rest, isKey: await keys() };
    } catch (error) {
      log({ level: 'error', event: 'start_failed', ...errorFacts(error) });
      throw error;
    }
  };
}

function partsOfContainer(now: Clock, log: (event: LogEvent) => void) {
  const { configFile, table, keysSecretId } = parseServeEnvironment(process.env);
  const { settings } = parseRuntimeConfig(readFileSync(configFile, 'utf8'));
  const store = dynamoDbPromptStore({ client: new DynamoDBClient(BOUNDED), tableName: table });
  const secrets = new SecretsManagerClient(BOUNDED);
  const readKeys = async () =>
    keyCheck(parseKeySecret(`secret ${keysSecretId}`, await readSecret(secrets, keysSecretId)));
  const onFailure = (error: unknown): void => log({ level: 'error', event: 'keys_not_read', ...errorFacts(error) });
  return {
    held: holdAssignments({ store, now, maxAgeMs: settings.assignmentMaxAgeMs, log }),
    keys: rememberingLast(readKeys, { maxAgeMs: KEYS_MAX_AGE_MS, now, onFailure }),
    sha256,
    log,
  };
}

export const handler = makeHandler(servingOfContainer(Date.now, writeLog));
