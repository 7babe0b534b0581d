import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { BUNDLING } from '../lib/bundling';

/** Fresh processes that a bundle is imported in. */
export const STARTS = 15;

const ROOT = resolve(__dirname, '..');

/** Size and import time of a bundle. */
export interface BundleFigures {
  kilobytes: number;
  gzippedKilobytes: number;
  /** Of a fresh process each: time that importing the bundle takes, ms. */
  importMs: { least: number; median: number };
}

/**
 * Bundles as the deployed functions are bundled, and imports the bundle in fresh processes.
 * @param source a file, or the text of one at the top of the repository
 * @param format `cjs` for a library that could not be bundled as `esm`
 */
export async function bundleFigures(
  source: { entry: string } | { contents: string },
  format: 'esm' | 'cjs',
): Promise<BundleFigures> {
  const folder = mkdtempSync(join(tmpdir(), 'rampart-bench-'));
  const outfile = join(folder, format === 'esm' ? 'bundle.mjs' : 'bundle.cjs');
  try {
    const { outputFiles } = await build({
      ...BUNDLING,
      mainFields: [...BUNDLING.mainFields],
      ...('entry' in source
        ? { entryPoints: [source.entry] }
        : { stdin: { contents: source.contents, resolveDir: ROOT } }),
      bundle: true,
      format,
      platform: 'node',
      outfile,
      write: false,
      logLevel: 'error',
    });
    const code = outputFiles[0]!.contents;
    writeFileSync(outfile, code);
    const times = Array.from({ length: STARTS }, () => importMs(outfile)).sort((a, b) => a - b);
    return {
      kilobytes: code.length / 1024,
      gzippedKilobytes: gzipSync(code).length / 1024,
      importMs: { least: times[0]!, median: times[STARTS >> 1]! },
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function importMs(file: string): number {
  const script = `const t = performance.now(); await import(${JSON.stringify(file)}); console.log(performance.now() - t); process.exit();`;
  const env = { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' };
  return Number(execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8', env }));
}
