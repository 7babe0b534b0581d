import { createLangfuse } from '../../../src/adapters/langfuse/create-langfuse';
import { createLangfuseData, type LangfuseData } from '../../../src/local/langfuse/data';
import { inMemoryLangfuse } from '../../../src/local/langfuse/in-memory';
import { startLangfuseStandIn } from '../../../src/local/langfuse/server';
import { langfuseContract, type SeedData } from '../../contracts/langfuse';

const NOW_MS = Date.UTC(2026, 10, 22, 13, 0, 0);

langfuseContract('the stand-in without HTTP', async () => {
  const data = createLangfuseData();
  return {
    langfuse: inMemoryLangfuse(data, () => NOW_MS),
    seed: async (seeds) => fill(data, seeds),
    close: async () => {},
  };
});

langfuseContract('the official SDK against the stand-in over HTTP', async () => {
  const { baseUrl, publicKey, secretKey, data, close } = await startLangfuseStandIn({ nowMs: () => NOW_MS });
  return {
    langfuse: createLangfuse({ baseUrl, publicKey, secretKey, timeoutMs: 10_000 }),
    seed: async (seeds) => fill(data, seeds),
    close,
  };
});

/** Labels are given last and past the rule that one version holds each, so that two holders can be seeded. */
function fill(data: LangfuseData, seeds: SeedData): void {
  for (const { name, versions } of seeds.prompts) {
    for (const { version, config } of versions) data.createPrompt({ name, version, config }, NOW_MS);
    for (const { version, labels } of versions) {
      for (const label of labels) data.prompts.holdToo(name, version, label);
    }
  }
  for (const { prompt, totalTokens, totalCost, ...rest } of seeds.observations) {
    data.addObservation({
      ...rest,
      promptName: prompt?.name ?? null,
      promptVersion: prompt?.version ?? null,
      usage: totalTokens === null ? {} : { total: totalTokens },
      cost: totalCost === null ? {} : { total: totalCost },
    });
  }
  for (const { updatedAtMs, ...score } of seeds.scores) data.addScore({ ...score, updatedMs: updatedAtMs });
}
