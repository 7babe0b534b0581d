import type { ICommandHooks } from 'aws-cdk-lib/aws-lambda-nodejs';

/**
 * How a function is bundled, in esbuild's words; the stack and the cold-start benchmark use the same. `module` before `main`
 * is what keeps the bundle small.
 */
export const BUNDLING = {
  target: 'node24',
  mainFields: ['module', 'main'],
  minify: true,
  sourcesContent: false,
  /** React is two libraries, of which this leaves the one for production. */
  define: { 'process.env.NODE_ENV': '"production"' },
} as const;

/**
 * Puts copies of files beside a function's code.
 * @param files as packages name them, such as `package/file`
 */
export function copying(files: readonly string[]): ICommandHooks {
  return {
    beforeInstall: () => [],
    beforeBundling: () => [],
    afterBundling: (inputDir, outputDir) => files.map((file) => `cp "${inputDir}/node_modules/${file}" "${outputDir}"`),
  };
}
