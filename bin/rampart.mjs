#!/usr/bin/env node
// An installed package runs what was built; a checkout runs its sources, so that no build can be forgotten.
if (import.meta.url.includes('/node_modules/')) {
  await import('../dist/cli.cjs');
} else {
  await import('tsx');
  await import('./rampart.ts');
}
