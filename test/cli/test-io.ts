import { main } from '../../src/cli/main';
import type { Io } from '../../src/cli/io';

/** What a command wrote, and how it ended. */
export interface Ended {
  exit: number;
  out: string;
  err: string;
}

export interface TestIo extends Io {
  written: { out: string; err: string };
  /** Ctrl-C. */
  interrupt(): void;
  /** Files that would have been shown. */
  opened: string[];
}

/** An outside for commands: no environment, no colour, the clock that is given. */
export function testIo(options: { cwd: string; env?: Io['env']; now?: () => number; color?: boolean }): TestIo {
  const written = { out: '', err: '' };
  const controller = new AbortController();
  const color = options.color ?? false;
  const opened: string[] = [];
  return {
    written,
    stdout: { write: (text) => void (written.out += text), color },
    stderr: { write: (text) => void (written.err += text), color },
    env: options.env ?? {},
    cwd: options.cwd,
    user: 'ada',
    now: options.now ?? Date.now,
    open: (file) => void opened.push(file),
    opened,
    interruption: () => controller.signal,
    interrupt: () => controller.abort(),
  };
}

/** Runs a command to its end. */
export async function rampart(options: Parameters<typeof testIo>[0], ...argv: string[]): Promise<Ended> {
  const io = testIo(options);
  const exit = await main(argv, io);
  return { exit, ...io.written };
}
