import { createLangfuse } from '../../../src/adapters/langfuse/create-langfuse';
import { langfuseContract } from '../../contracts/langfuse';
import { startFakeLangfuse } from './fake-langfuse';

langfuseContract('adapter over a small HTTP server', async () => {
  const server = await startFakeLangfuse();
  return {
    langfuse: createLangfuse({ baseUrl: server.baseUrl, publicKey: 'pk', secretKey: 'sk', timeoutMs: 5000 }),
    seed: async (data) => server.seed(data),
    close: () => server.close(),
  };
});
