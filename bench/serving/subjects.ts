import type { Subject } from './subject';

/** Loaded one at a time, so that no process carries another one's code. */
export const SUBJECTS: Readonly<Record<string, Subject>> = {
  rampart: {
    name: '**Rampart**, `router.resolve`',
    imports: "export { createRouter, httpSource } from './src/runtime';",
    start: async () => (await import('./rampart')).start(),
  },
  growthbook: {
    name: '`@growthbook/growthbook` 1.8.0, `getFeatureValue`',
    imports: "export { GrowthBookClient } from '@growthbook/growthbook';",
    start: async () => (await import('./growthbook')).start(),
  },
  unleashRollout: {
    name: '`unleash-client` 6.12.1, `isEnabled`',
    imports: "export { startUnleash } from 'unleash-client';",
    start: async () => (await import('./unleash')).startRollout(),
  },
  unleashVariants: {
    name: '`unleash-client` 6.12.1, `getVariant`',
    imports: "export { startUnleash } from 'unleash-client';",
    start: async () => (await import('./unleash')).startVariants(),
  },
  openFeature: {
    name: '`@openfeature/server-sdk` 1.23.0, in-memory provider',
    imports: "export { InMemoryProvider, OpenFeature } from '@openfeature/server-sdk';",
    start: async () => (await import('./openfeature')).startInMemory(),
  },
  rampartInOpenFeature: {
    name: '`@openfeature/server-sdk` 1.23.0, **Rampart**’s provider',
    imports:
      "export { OpenFeature } from '@openfeature/server-sdk'; export { createRouter, httpSource } from './src/runtime'; export { openFeatureProvider } from './src/runtime/openfeature';",
    start: async () => (await import('./openfeature')).startRampart(),
  },
};
