import { fork } from 'node:child_process';
import { createLangfuseData } from '../src/local/langfuse/data';
import { startLangfuseStandIn } from '../src/local/langfuse/server';
import type { LangfuseAddress } from './langfuse-process';

/* The embedded Langfuse with prompts, in a process of its own, every answer as late as a network makes it. */

export interface PromptsWanted {
  prompts: number;
  versions: number;
  latencyMs: number;
}

export interface PromptsProcess extends LangfuseAddress {
  /** Requests since the last time it was asked. */
  requests: () => Promise<number>;
  close: () => Promise<void>;
}

/** Name and text of a prompt's version, the same in Langfuse and in the definitions. */
export function benchName(index: number): string {
  return `area-${index % 20}/prompt-${index}`;
}

export function benchText(index: number, version: number): string {
  const rules = Array.from(
    { length: 30 },
    (_, rule) => `Rule ${rule} of prompt ${index}: answer {{question}} with care.`,
  );
  return ['You are an assistant.', ...rules, `This is version ${version}.`].join('\n');
}

export async function startPromptsProcess(wanted: PromptsWanted): Promise<PromptsProcess> {
  const child = fork(__filename, [], { execArgv: ['--import', 'tsx'] });
  const ask = <Answer>(message: PromptsWanted | 'count'): Promise<Answer> =>
    new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('message', (answer) => resolve(answer as Answer));
      child.send(message);
    });
  const address = await ask<LangfuseAddress>(wanted);
  return {
    ...address,
    requests: () => ask<number>('count'),
    close: async () => {
      const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      child.disconnect();
      await exited;
    },
  };
}

async function serve({ prompts, versions, latencyMs }: PromptsWanted): Promise<void> {
  const data = createLangfuseData();
  for (let index = 0; index < prompts; index++) {
    for (let version = 1; version <= versions; version++) {
      const labels = version === versions ? ['production'] : [];
      data.createPrompt(
        { name: benchName(index), prompt: benchText(index, version), labels, config: { model: 'm' } },
        0,
      );
    }
  }
  const standIn = await startLangfuseStandIn({ nowMs: Date.now, data, latencyMs });
  let counted = 0;
  process.on('message', () => {
    const requests = standIn.requests();
    process.send?.(requests - counted);
    counted = requests;
  });
  process.once('disconnect', () => void standIn.close());
  const { baseUrl, publicKey, secretKey } = standIn;
  process.send?.({ baseUrl, publicKey, secretKey } satisfies LangfuseAddress);
}

if (require.main === module) process.once('message', (message) => void serve(message as PromptsWanted));
