import { InMemStorageProvider, startUnleash, type Unleash } from 'unleash-client';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PERCENT, PROMPT, type Started } from './subject';

const PARAMETERS = { rollout: String(PERCENT), stickiness: 'userId', groupId: PROMPT };

const FEATURES = {
  version: 2,
  features: [
    {
      name: 'rollout',
      type: 'release',
      enabled: true,
      strategies: [{ name: 'flexibleRollout', parameters: PARAMETERS, constraints: [] }],
      variants: [],
    },
    {
      name: 'variants',
      type: 'experiment',
      enabled: true,
      strategies: [],
      variants: [
        { name: 'candidate', weight: 10 * PERCENT, stickiness: 'userId', overrides: [] },
        { name: 'stable', weight: 1000 - 10 * PERCENT, stickiness: 'userId', overrides: [] },
      ],
    },
  ],
};

/** A percentage roll-out: the cheaper of the two ways. */
export async function startRollout(): Promise<Started> {
  const { unleash, close } = await startClient();
  return { picksCandidate: (userId: string): boolean => unleash.isEnabled('rollout', { userId }), close };
}

/** Two variants by weight. */
export async function startVariants(): Promise<Started> {
  const { unleash, close } = await startClient();
  return {
    picksCandidate: (userId: string): boolean => unleash.getVariant('variants', { userId }).name === 'candidate',
    close,
  };
}

/** The client with what it read from a server on loopback; it counts nothing and writes nothing. */
async function startClient(): Promise<{ unleash: Unleash; close: () => void }> {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(FEATURES));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const unleash = await startUnleash({
    appName: 'bench',
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    refreshInterval: 3_600_000,
    disableMetrics: true,
    storageProvider: new InMemStorageProvider(),
  });
  const close = (): void => {
    unleash.destroy();
    server.close();
    server.closeAllConnections();
  };
  return { unleash, close };
}
