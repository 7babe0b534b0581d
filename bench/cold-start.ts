import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { BUNDLING } from '../lib/bundling';
import { table, whole } from './table';

const STARTS = 15;
const ROOT = resolve(__dirname, '..');

/** The clients that the tick function uses. */
const AWS_CLIENTS = [
  '@aws-sdk/client-dynamodb',
  '@aws-sdk/client-s3',
  '@aws-sdk/client-secrets-manager',
  '@aws-sdk/client-sns',
  '@aws-sdk/client-sqs',
];

interface Bundle {
  name: string;
  kilobytes: number;
  gzippedKilobytes: number;
  /** Of a fresh process each: time that importing the bundle takes, ms. */
  importMs: { least: number; median: number };
}

/**
 * Size and import time of the tick bundle beside bundles that hold nothing but the clients it uses.
 * @returns a Markdown section
 */
export async function coldStartTable(): Promise<string> {
  const rows = (await bundles()).map(({ name, kilobytes, gzippedKilobytes, importMs: { least, median } }) => [
    name,
    whole(kilobytes),
    whole(gzippedKilobytes),
    `${whole(least)} / ${whole(median)}`,
  ]);
  return [
    '## Cold start of the tick function',
    `Import of the bundle in ${STARTS} fresh processes each.`,
    table(['bundle', 'KB', 'KB gzipped', 'import, least / middle ms'], rows),
  ].join('\n\n');
}

async function bundles(): Promise<Bundle[]> {
  const folder = mkdtempSync(join(tmpdir(), 'rampart-bench-'));
  try {
    const clients = (names: readonly string[]): string =>
      names.map((name, i) => `import * as client${i} from '${name}';`).join('\n') +
      `\nexport const handler = () => [${names.map((_, i) => `Object.values(client${i}).find((value) => typeof value === 'function' && /Client$/u.test(value.name))`).join(', ')}];`;
    return [
      await bundle(folder, 'AWS clients alone', { contents: clients(AWS_CLIENTS) }),
      await bundle(folder, 'AWS and Langfuse clients', { contents: clients([...AWS_CLIENTS, '@langfuse/core']) }),
      await bundle(folder, 'tick', { entry: join(ROOT, 'lambdas', 'tick.ts') }),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function bundle(folder: string, name: string, source: { entry: string } | { contents: string }): Promise<Bundle> {
  const outfile = join(folder, `${name.replaceAll(' ', '-')}.mjs`);
  const { outputFiles } = await build({
    ...BUNDLING,
    mainFields: [...BUNDLING.mainFields],
    ...('entry' in source
      ? { entryPoints: [source.entry] }
      : { stdin: { contents: source.contents, resolveDir: ROOT } }),
    bundle: true,
    format: 'esm',
    platform: 'node',
    outfile,
    write: false,
    logLevel: 'error',
  });
  const code = outputFiles[0]!.contents;
  writeFileSync(outfile, code);
  const times = Array.from({ length: STARTS }, () => importMs(outfile)).sort((a, b) => a - b);
  return {
    name,
    kilobytes: code.length / 1024,
    gzippedKilobytes: gzipSync(code).length / 1024,
    importMs: { least: times[0]!, median: times[STARTS >> 1]! },
  };
}

function importMs(file: string): number {
  const script = `const t = performance.now(); await import(${JSON.stringify(file)}); console.log(performance.now() - t);`;
  const env = { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' };
  return Number(execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8', env }));
}
