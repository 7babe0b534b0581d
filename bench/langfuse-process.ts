import { fork, type ChildProcess } from 'node:child_process';
import { createLangfuseData } from '../src/local/langfuse/data';
import { startLangfuseStandIn } from '../src/local/langfuse/server';
import { addRows, type RowsWanted } from './rows';

/*
 * The embedded Langfuse in a process of its own, so that its work and its memory are not the tick's. Run as a program it
 * serves the rows it is told of by its first message.
 */

/** Where the other process listens. */
export interface LangfuseAddress {
  baseUrl: string;
  publicKey: string;
  secretKey: string;
}

/** Starts the process; resolves when it listens. */
export async function startLangfuseProcess(
  wanted: RowsWanted,
): Promise<LangfuseAddress & { close: () => Promise<void> }> {
  const child = fork(__filename, [], { execArgv: ['--import', 'tsx'] });
  const address = await new Promise<LangfuseAddress>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the Langfuse process ended with ${code}`)));
    child.once('message', (message) => resolve(message as LangfuseAddress));
    child.send(wanted);
  });
  return { ...address, close: () => ended(child) };
}

async function ended(child: ChildProcess): Promise<void> {
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.disconnect();
  await exited;
}

async function serve(wanted: RowsWanted): Promise<void> {
  const data = createLangfuseData();
  addRows(data, wanted);
  const nowMs = wanted.toMs + 3_600_000;
  const { baseUrl, publicKey, secretKey, close } = await startLangfuseStandIn({ nowMs: () => nowMs, data });
  process.once('disconnect', () => void close());
  process.send?.({ baseUrl, publicKey, secretKey } satisfies LangfuseAddress);
}

if (require.main === module) process.once('message', (message) => void serve(message as RowsWanted));
