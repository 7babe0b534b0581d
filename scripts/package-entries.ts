/** What an app may import from the built package: `rampart/NAME`, as in `exports` of package.json. */
export const PACKAGE_ENTRIES = [
  { name: 'runtime', source: 'src/runtime/index.ts' },
  { name: 'openfeature', source: 'src/runtime/openfeature/index.ts' },
  { name: 'prompts', source: 'src/prompts/define-prompt.ts' },
] as const;
