/* `rampart/openfeature`: the runtime library as a provider of `@openfeature/server-sdk`. See docs/ofrep.md. */

export { openFeatureProvider, type OpenFeatureProviderOptions } from './provider';
