import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { execFile } from 'node:child_process';
import { build } from 'esbuild';
import { PACKAGE_ENTRIES } from './package-entries';

/*
 * Writes `dist/`: the command line, and each public entry as one file for `import` and one for `require`, with their types. Nothing is bundled
 * that comes from another package.
 */

const ROOT = join(__dirname, '..');
const DIST = join(ROOT, 'dist');
/** Ending of a module's code → ending of its types, as TypeScript looks for them. */
const KINDS = [
  { format: 'esm', code: '.mjs', types: '.d.mts' },
  { format: 'cjs', code: '.cjs', types: '.d.cts' },
] as const;

async function main(): Promise<void> {
  await rm(DIST, { recursive: true, force: true });
  for (const { format, code } of KINDS) {
    await build({
      entryPoints: Object.fromEntries(PACKAGE_ENTRIES.map(({ name, source }) => [name, join(ROOT, source)])),
      outdir: DIST,
      outExtension: { '.js': code },
      format,
      bundle: true,
      packages: 'external',
      platform: 'node',
      target: 'node20.19',
      logLevel: 'error',
    });
  }
  await buildCommandLine();
  await writeTypes();
}

/** `bin/rampart.mjs` of an installed package runs this; bundled, since it is read in half the time of the sources. */
async function buildCommandLine(): Promise<void> {
  await build({
    entryPoints: [join(ROOT, 'bin', 'rampart.ts')],
    outfile: join(DIST, 'cli.cjs'),
    format: 'cjs',
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node20.19',
    logLevel: 'error',
  });
}

/** Declarations of everything the entries name, once per kind, with the endings that Node's resolution wants. */
async function writeTypes(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'rampart-types-'));
  try {
    const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
    await promisify(execFile)(process.execPath, [tsc, '-p', join(ROOT, 'tsconfig.package.json'), '--outDir', folder]);
    for (const { name, source } of PACKAGE_ENTRIES) {
      const entry = relative('src', source).replace(/\.ts$/u, '');
      for (const module of await reachable(folder, entry)) {
        const text = await readFile(join(folder, `${module}.d.ts`), 'utf8');
        for (const { code, types } of KINDS)
          await writeFileIn(join(DIST, 'types', `${module}${types}`), withEndings(text, code));
      }
      for (const { code, types } of KINDS) {
        await writeFileIn(join(DIST, `${name}${types}`), `export * from './types/${entry}${code}';\n`);
      }
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The entry and what its declarations import, one after the other. */
async function reachable(folder: string, entry: string): Promise<Set<string>> {
  const modules = new Set([entry]);
  for (const module of modules) {
    const text = await readFile(join(folder, `${module}.d.ts`), 'utf8');
    for (const [, specifier] of text.matchAll(RELATIVE)) modules.add(join(dirname(module), specifier!));
  }
  return modules;
}

const RELATIVE = /(?<=from ')(\.[^']+)(?=';)/gu;

function withEndings(text: string, ending: string): string {
  return text.replaceAll(RELATIVE, (specifier) => `${specifier}${ending}`);
}

async function writeFileIn(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

void main();
