import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PACKAGE_ENTRIES } from '../../scripts/package-entries';
import manifest from '../../package.json';

const ROOT = join(__dirname, '..', '..');
const run = promisify(execFile);
let app: string;

/** An app that has the packed package in its node_modules, and nothing else. */
beforeAll(async () => {
  app = await mkdtemp(join(tmpdir(), 'rampart-app-'));
  await run('npm', ['pack', '--pack-destination', app], { cwd: ROOT });
  const installed = join(app, 'node_modules', 'rampart');
  await mkdir(installed, { recursive: true });
  await run('tar', ['-xzf', join(app, `rampart-${manifest.version}.tgz`), '-C', installed, '--strip-components=1']);
}, 60_000);
afterAll(() => rm(app, { recursive: true }));

/** Prints what a unit gets from a file of assignments. */
const PROGRAM = `
const router = createRouter({ source: fileSource('assignments.json') });
router.ready({ timeoutMs: 5000 }).then((isReady) => {
  const { version, arm, reason } = router.resolve('greeting', { unit: 'user-1' });
  router.close();
  console.log(JSON.stringify([isReady, version, arm, reason]));
});
`;

test.each([
  ['import', 'app.mjs', "import { createRouter, fileSource } from 'rampart/runtime';"],
  ['require', 'app.cjs', "const { createRouter, fileSource } = require('rampart/runtime');"],
])('an app that uses `%s` needs no other package', async (_, file, line) => {
  const document = { schema: 1, prompt: 'greeting', epoch: 1, stable: 7, experiment: null, step: null };
  const assignments = [{ ...document, salt: '', arms: [], writtenAtMs: 0 }];
  await writeFile(join(app, 'assignments.json'), JSON.stringify({ schema: 1, assignments }));
  await writeFile(join(app, file), `${line}\n${PROGRAM}`);
  const { stdout } = await run(process.execPath, [file], { cwd: app });
  expect(JSON.parse(stdout)).toEqual([true, 7, 'stable', 'STATIC']);
});

test.each([
  ['import', 'provider.mjs', "import { openFeatureProvider } from 'rampart/openfeature';"],
  ['require', 'provider.cjs', "const { openFeatureProvider } = require('rampart/openfeature');"],
])('the OpenFeature provider comes by `%s` without the SDK', async (_, file, line) => {
  const router = "{ ready: async () => true, resolve: () => ({ version: 7, arm: 'stable', reason: 'STATIC' }) }";
  const program = `openFeatureProvider(${router}).resolveObjectEvaluation('greeting', {}, { targetingKey: 'u' })`;
  await writeFile(join(app, file), `${line}\n${program}.then(({ value }) => console.log(JSON.stringify(value)));\n`);
  const { stdout } = await run(process.execPath, [file], { cwd: app });
  expect(JSON.parse(stdout)).toEqual({ version: 7 });
});

test('without the AWS SDK, reading from DynamoDB says what is missing', async () => {
  const lines = [
    "import { createRouter, dynamoDbSource } from 'rampart/runtime';",
    "const router = createRouter({ source: dynamoDbSource({ tableName: 'rampart' }), onProblem: (problem) => {",
    '  console.log(problem.message);',
    '  router.close();',
    '} });',
    'await router.ready({ timeoutMs: 100 });',
  ];
  await writeFile(join(app, 'dynamodb.mjs'), lines.join('\n'));
  const { stdout } = await run(process.execPath, ['dynamodb.mjs'], { cwd: app });
  expect(stdout).toContain('dynamoDbSource: expected the package @aws-sdk/client-dynamodb, got none');
});

test('the types fit both Langfuse clients, for both kinds of modules', async () => {
  const types = join(app, 'types');
  await mkdir(join(types, 'node_modules'), { recursive: true });
  await cp(join(app, 'node_modules', 'rampart'), join(types, 'node_modules', 'rampart'), { recursive: true });
  for (const name of [
    '@langfuse',
    'langfuse',
    'langfuse-core',
    '@aws-sdk',
    '@smithy',
    '@types',
    '@opentelemetry',
    '@openfeature',
  ]) {
    await symlink(join(ROOT, 'node_modules', name), join(types, 'node_modules', name));
  }
  const text = `
    import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
    import { LangfuseClient, type ChatPromptClient, type TextPromptClient } from '@langfuse/client';
    import { Langfuse } from 'langfuse';
    import { OpenFeature } from '@openfeature/server-sdk';
    import { openFeatureProvider } from 'rampart/openfeature';
    import { createRouter, dynamoDbSource, httpSource, type Resolution } from 'rampart/runtime';
    const source = httpSource({ url: 'https://example.com/assignments' });
    const five = createRouter({ source, langfuse: new LangfuseClient() });
    OpenFeature.setProvider(openFeatureProvider(five, { readyTimeoutMs: 100 }));
    const text: TextPromptClient | null = five.getPrompt('greeting', { unit: 'u' });
    const chat: ChatPromptClient | null = five.getPrompt('greeting', { unit: 'u', type: 'chat' });
    const sure: TextPromptClient | 'hello' = five.getPrompt('greeting', { unit: 'u', fallbackPrompt: 'hello' as const });
    const three = createRouter({ source: dynamoDbSource({ tableName: 't', client: new DynamoDBClient({}) }), langfuse: new Langfuse() });
    const compiled: string | undefined = three.getPrompt('greeting', { unit: 'u' })?.compile({ name: 'Zoë' });
    const none: null = createRouter({ source }).getPrompt('greeting', { unit: 'u' });
    const resolution: Resolution = three.resolve('greeting', { unit: 'u', fallback: 3 });
    // @ts-expect-error a unit is a text
    three.resolve('greeting', { unit: 5 });
    // @ts-expect-error no Langfuse client
    createRouter({ source, langfuse: {} });
    export { chat, compiled, none, resolution, sure, text };
  `;
  await writeFile(join(types, 'app.mts'), text);
  await writeFile(join(types, 'app.cts'), text);
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const options = ['--noEmit', '--strict', '--skipLibCheck', '--types', 'node', '--target', 'es2022'];
  const check = (module: string, ...files: string[]) =>
    run(process.execPath, [tsc, ...options, '--module', module, ...files], { cwd: types }).catch(
      ({ stdout }: { stdout: string }) => Promise.reject(new Error(stdout)),
    );
  await check('nodenext', 'app.mts', 'app.cts');
  await check('preserve', 'app.mts');
});

test('every entry is in the manifest, and the other way round', () => {
  const names = Object.keys(manifest.exports).filter((name) => name !== './package.json');
  expect(names.sort()).toEqual(PACKAGE_ENTRIES.map(({ name }) => `./${name}`).sort());
});
