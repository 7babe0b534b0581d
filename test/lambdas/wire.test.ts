import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { hashUnitWith, sha256 } from '../../lambdas/hashing';
import { readHashKey, readLangfuseKeys } from '../../lambdas/secrets';
import { awsController } from '../../lambdas/wire';
import { runtimeConfig } from '../../src/core/config/runtime-config';
import { standInCredentials } from '../../src/local/aws/aws-stand-in';
import { configWith } from '../lib/config-with';
import { startSecrets } from './secrets-stand-in';

const SECRETS: Record<string, string> = {
  langfuse: '{"publicKey":"pk-1","secretKey":"sk-1"}',
  halfLangfuse: '{"publicKey":"pk-1","secret":"sk-very-private"}',
  hashKey: '0123456789abcdef',
  short: 'short',
};

let client: SecretsManagerClient;
let server: Awaited<ReturnType<typeof startSecrets>>;
beforeAll(async () => {
  server = await startSecrets(SECRETS);
  Object.assign(process.env, standInCredentials, { AWS_ENDPOINT_URL_SECRETS_MANAGER: server.url });
  client = new SecretsManagerClient();
});
afterAll(async () => {
  client.destroy();
  await server.close();
});

describe('secrets', () => {
  test('are read from Secrets Manager', async () => {
    await expect(readLangfuseKeys(client, 'langfuse')).resolves.toEqual({ publicKey: 'pk-1', secretKey: 'sk-1' });
    await expect(readHashKey(client, 'hashKey')).resolves.toBe(SECRETS['hashKey']);
  });

  test('of another form are refused without showing what they hold', async () => {
    const refused = await readLangfuseKeys(client, 'halfLangfuse').catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'bad_input', message: expect.stringMatching(/publicKey, secret$/u) });
    expect(JSON.stringify(refused)).not.toContain('sk-very-private');
    await expect(readLangfuseKeys(client, 'hashKey')).rejects.toMatchObject({ code: 'bad_input' });
    await expect(readHashKey(client, 'short')).rejects.toThrow(/expected a key of at least 16 characters, got 5/u);
  });

  test('that are not there are named', async () => {
    await expect(readHashKey(client, 'gone')).rejects.toMatchObject({ code: 'not_found', message: /secret gone/u });
  });
});

describe('the controller of a deployed function', () => {
  const environment = {
    configFile: '/opt/rampart.config.json',
    table: 'table',
    bucket: 'bucket',
    alertTopicArn: 'arn:aws:sns:eu-central-1:1:topic',
    tickQueueUrl: 'https://sqs.example.com/1/queue',
    langfuseSecretId: 'langfuse',
    hashKeySecretId: 'hashKey',
  };

  test('is put together from environment, configuration and secrets', async () => {
    const config = runtimeConfig(configWith({ tickEvery: '5m' }));
    const log = (): void => undefined;
    const controller = await awsController(environment, config, { mail: null, log });
    expect(controller.settings).toBe(config.settings);
    expect(controller.mail).toBeNull();
    expect(controller.hashUnit('user-1')).toBe(hashUnitWith(SECRETS['hashKey']!)('user-1'));
  });

  test('cannot be made without its secrets', async () => {
    const outputs = { mail: null, log: () => undefined };
    const without = awsController({ ...environment, hashKeySecretId: 'gone' }, runtimeConfig(configWith()), outputs);
    await expect(without).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('hashes', () => {
  test('of units are keyed, 22 characters, and the same every time', () => {
    const hash = hashUnitWith('key');
    // HMAC-SHA-256 test value: openssl dgst -sha256 -hmac key, of the pangram below.
    expect(hash('The quick brown fox jumps over the lazy dog')).toBe(
      Buffer.from('f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8', 'hex')
        .toString('base64url')
        .slice(0, 22),
    );
    expect(hashUnitWith('other')('user-1')).not.toBe(hash('user-1'));
  });

  test('of texts are SHA-256', () => {
    expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });
});
