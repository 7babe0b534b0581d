import { spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';

const CALL = `const { handler } = await import(process.argv[1]);
const started = performance.now();
const result = await handler(JSON.parse(process.argv[2]));
console.error(JSON.stringify({ result, ms: Math.round(performance.now() - started), rssMb: Math.round(process.memoryUsage().rss / 1e6) }));
process.exit(0);`;

/** What a bundle's handler answered. */
export interface BundleAnswer {
  result: unknown;
  ms: number;
  rssMb: number;
}

/**
 * Calls a bundle's handler as Lambda does, in a process of its own.
 * @param bundle the file `index.mjs`, in the folder that was deployed
 * @throws Error with what it wrote when it ends without an answer
 */
export async function runBundle(
  bundle: string,
  event: object,
  environment: Readonly<Record<string, string>>,
): Promise<BundleAnswer> {
  const args = ['--input-type=module', '-e', CALL, pathToFileURL(bundle).href, JSON.stringify(event)];
  const env = {
    ...environment,
    LAMBDA_TASK_ROOT: dirname(bundle),
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: '1',
  };
  const child = spawn(process.execPath, args, { env });
  let written = '';
  child.stdout.on('data', (chunk: Buffer) => (written += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (written += chunk.toString()));
  await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const answer = written.split('\n').find((line) => line.startsWith('{"result":'));
  if (answer === undefined) throw new Error(`the handler ended without an answer: ${written}`);
  return JSON.parse(answer) as BundleAnswer;
}
