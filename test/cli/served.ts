import { setTimeout as delay } from 'node:timers/promises';
import { main } from '../../src/cli/main';
import { testIo, type TestIo } from './test-io';

/** A running `rampart serve`. */
export interface ServedForTest {
  url: string;
  io: TestIo;
  /** Ctrl-C; the exit code. */
  stop: () => Promise<number>;
}

/** Starts `rampart serve` on a free port and waits until it says where. */
export async function startServe(options: Parameters<typeof testIo>[0], ...argv: string[]): Promise<ServedForTest> {
  const io = testIo(options);
  const exits: number[] = [];
  const ended = main(['serve', '--port', '0', ...argv], io).then((code) => {
    exits.push(code);
    return code;
  });
  const stop = (): Promise<number> => {
    io.interrupt();
    return ended;
  };
  for (;;) {
    const url = /^rampart serve: (\S+),/mu.exec(io.written.out)?.[1];
    if (url !== undefined) return { url, io, stop };
    if (exits.length > 0) throw new Error(`serve ended with ${exits[0]}: ${io.written.err}`);
    await delay(5);
  }
}
