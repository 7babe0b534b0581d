import { join, resolve } from 'node:path';
import { type BundleFigures, bundleFigures, STARTS } from './bundle-figures';
import { table, whole } from './table';

const ROOT = resolve(__dirname, '..');

/** The clients that the tick function uses. */
const AWS_CLIENTS = [
  '@aws-sdk/client-dynamodb',
  '@aws-sdk/client-s3',
  '@aws-sdk/client-secrets-manager',
  '@aws-sdk/client-sns',
  '@aws-sdk/client-sqs',
];

/**
 * Size and import time of the tick bundle and of the report's beside bundles that hold nothing but the clients it uses.
 * @returns a Markdown section
 */
export async function coldStartTable(): Promise<string> {
  const rows = (await bundles()).map(([name, { kilobytes, gzippedKilobytes, importMs }]) => [
    name,
    whole(kilobytes),
    whole(gzippedKilobytes),
    `${whole(importMs.least)} / ${whole(importMs.median)}`,
  ]);
  return [
    '## Cold start of the tick function and of the report',
    `Import of the bundle in ${STARTS} fresh processes each. The report reads 2.5 MB more when it draws its first chart.`,
    table(['bundle', 'KB', 'KB gzipped', 'import, least / middle ms'], rows),
  ].join('\n\n');
}

async function bundles(): Promise<(readonly [name: string, figures: BundleFigures])[]> {
  const clients = (names: readonly string[]): string =>
    names.map((name, i) => `import * as client${i} from '${name}';`).join('\n') +
    `\nexport const handler = () => [${names.map((_, i) => `Object.values(client${i}).find((value) => typeof value === 'function' && /Client$/u.test(value.name))`).join(', ')}];`;
  return [
    ['AWS clients alone', await bundleFigures({ contents: clients(AWS_CLIENTS) }, 'esm')],
    ['AWS and Langfuse clients', await bundleFigures({ contents: clients([...AWS_CLIENTS, '@langfuse/core']) }, 'esm')],
    ['tick', await bundleFigures({ entry: join(ROOT, 'lambdas', 'tick.ts') }, 'esm')],
    ['weekly report', await bundleFigures({ entry: join(ROOT, 'lambdas', 'weekly-report.ts') }, 'esm')],
  ];
}
