/**
 * How a function is bundled, in esbuild's words; the stack and the cold-start benchmark use the same. `module` before `main`
 * is what keeps the bundle small.
 */
export const BUNDLING = {
  target: 'node24',
  mainFields: ['module', 'main'],
  minify: true,
  sourcesContent: false,
} as const;
