import { setTimeout as delay } from 'node:timers/promises';
import { main } from '../../src/cli/main';
import { testIo, type TestIo } from './test-io';

/** A running `rampart serve`. */
export interface ServedForTest {
  url: string;
  io: TestIo;
  /** Ctrl-C; the exit code. */
  stop(): Promise<number>;
}

/** Starts `rampart serve` on a free port and waits until it says where. */
export async function startServe(options: Parameters<typeof testIo>[0], ...argv: string[]): Promise<ServedForTest> {
  const io = testIo(options);
  let exit: number | null = null;
  const ended = main(['serve', '--port', '0', ...argv], io).then((code) => (exit = code));
  for (;;) {
    const url = /^rampart serve: (\S+),/mu.exec(io.written.out)?.[1];
    if (url !== undefined) return { url, io, stop: () => (io.interrupt(), ended) };
    if (exit !== null) throw new Error(`serve ended with ${exit}: ${io.written.err}`);
    await delay(5);
  }
}
