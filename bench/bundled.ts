import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

/** Without a limit V8 lets garbage pile up as long as the machine has memory. Nine tenths of what the functions have. */
const HEAP_MB = 922;

/**
 * Runs a program of this folder bundled, as the deployed functions are, in a process of its own.
 * @param file beside this one; it sends one message and ends when it is told to (its channel closes)
 * @returns the message
 */
export async function runBundled<Result>(file: string, argument: object): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'rampart-bench-'));
  const outfile = join(folder, 'program.cjs');
  try {
    await build({
      entryPoints: [join(__dirname, file)],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      logLevel: 'error',
    });
    const child = fork(outfile, [], { execArgv: ['--expose-gc', `--max-old-space-size=${HEAP_MB}`] });
    return await new Promise<Result>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code) => reject(new Error(`${file} ended with ${code} and said nothing`)));
      child.once('message', (message) => {
        resolve(message as Result);
        child.disconnect();
      });
      child.send(argument);
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}
