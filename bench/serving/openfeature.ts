import { InMemoryProvider, OpenFeature } from '@openfeature/server-sdk';
import { BUCKETS, bucketOf } from '../../src/core/assignment/bucket';
import { openFeatureProvider } from '../../src/runtime/openfeature';
import { startRouter } from './rampart';
import { PERCENT, PROMPT, type Started } from './subject';

const VERSION_OF = { stable: { version: 7 }, candidate: { version: 8 } };

/** OpenFeature's own provider. It has no roll-outs of its own, so its evaluator asks for the bucket. */
export async function startInMemory(): Promise<Started> {
  const provider = new InMemoryProvider({
    [PROMPT]: {
      disabled: false,
      defaultVariant: 'stable',
      variants: VERSION_OF,
      contextEvaluator: ({ targetingKey }) =>
        bucketOf(PROMPT, targetingKey ?? '') < (PERCENT * BUCKETS) / 100 ? 'candidate' : 'stable',
    },
  });
  await OpenFeature.setProviderAndWait(provider);
  return { picksCandidate: asking(), close: () => OpenFeature.close() };
}

/** Rampart's provider in the same SDK. */
export async function startRampart(): Promise<Started> {
  const router = await startRouter();
  await OpenFeature.setProviderAndWait(openFeatureProvider(router));
  const close = (): Promise<void> => {
    router.close();
    return OpenFeature.close();
  };
  return { picksCandidate: asking(), close };
}

/** The SDK answers no other way than by a promise. */
function asking(): (unit: string) => Promise<boolean> {
  const client = OpenFeature.getClient();
  return async (targetingKey) => {
    const { variant } = await client.getObjectDetails(PROMPT, VERSION_OF.stable, { targetingKey });
    return variant === 'candidate';
  };
}
