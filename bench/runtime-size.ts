import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { table } from './table';

const ENTRY = join(__dirname, '..', 'src', 'runtime', 'index.ts');

/** What an app's bundle grows by, by what it imports; minified. */
export async function runtimeSizes(): Promise<string> {
  const imports = [
    ['everything', '*'],
    ['createRouter, httpSource', '{ createRouter, httpSource }'],
    ['createRouter, fileSource', '{ createRouter, fileSource }'],
    ['createRouter, dynamoDbSource, without the AWS SDK', '{ createRouter, dynamoDbSource }'],
  ] as const;
  const rows = await Promise.all(
    imports.map(async ([name, what]) => {
      const code = await bundled(`export ${what} from ${JSON.stringify(ENTRY)};`);
      return [name, bytes(code.length), bytes(gzipSync(code, { level: 9 }).length)];
    }),
  );
  return table(['imported', 'minified', 'gzipped'], rows);
}

async function bundled(contents: string): Promise<Uint8Array> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: __dirname },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'es2022',
    packages: 'external',
    write: false,
    logLevel: 'error',
  });
  return outputFiles[0]!.contents;
}

function bytes(count: number): string {
  return `${(count / 1024).toFixed(1)} KB`;
}
