import { spawn } from 'node:child_process';
import { userInfo } from 'node:os';
import type { Clock } from '../core/ports';

/** Where a command writes to. */
export interface Output {
  write(text: string): void;
  /** True when a terminal shows it and the user wants colour. */
  color: boolean;
}

/** Everything a command has of the outside; tests bring their own. */
export interface Io {
  stdout: Output;
  stderr: Output;
  env: Readonly<Record<string, string | undefined>>;
  /** Folder that relative paths start from. */
  cwd: string;
  /** Who gives commands, unless `--by` says otherwise. */
  user: string;
  now: Clock;
  /** Shows a file in the program that people have for it; where there is none, nothing happens. */
  open(file: string): void;
  /** Begins to listen for Ctrl-C and SIGTERM: the first one aborts the signal, the second one ends the process. */
  interruption(): AbortSignal;
}

/** The process's own. */
export function processIo(): Io {
  return {
    stdout: outputOf(process.stdout),
    stderr: outputOf(process.stderr),
    env: process.env,
    cwd: process.cwd(),
    user: currentUser(),
    now: Date.now,
    open: openFile,
    interruption: listenForInterruption,
  };
}

/** Why the first of the outputs that could not be written was not, such as ENOSPC; null = all were. */
let lost: string | null = null;

/**
 * Ends the process when everything is written; with code 1 instead of 0 when something could not be. What a library left behind,
 * such as the timer of a failed request, does not delay it.
 */
export function endProcess(exitCode: number): void {
  process.stdout.write('', () => {
    const said = lost === null ? '' : `rampart: stdout: expected an output that can be written, got ${lost}\n`;
    process.stderr.write(said, () => process.exit(lost !== null && exitCode === 0 ? 1 : exitCode));
  });
}

/**
 * Once nobody reads it any more, as in `rampart status | head`, or the disk is full, what is written is dropped. The command goes
 * on to its end and its exit code: a deploy would be cut off, and a check that failed would pass.
 */
function outputOf(stream: NodeJS.WriteStream): Output {
  let isClosed = false;
  const close = (error: NodeJS.ErrnoException | null | undefined): void => {
    if (isClosed || error === null || error === undefined) return;
    isClosed = true;
    if (error.code !== 'EPIPE') lost ??= error.code ?? error.message;
  };
  stream.on('error', close);
  const isUnwanted = (process.env['NO_COLOR'] ?? '') !== '';
  return {
    write: (text) => void (isClosed || stream.write(text, close)),
    color: stream.isTTY && !isUnwanted,
  };
}

/** Does not wait: the program may stay open for hours. */
function openFile(file: string): void {
  const [command, args] = OPENERS[process.platform] ?? ['xdg-open', []];
  const opened = spawn(command, [...args, file], { detached: true, stdio: 'ignore' });
  opened.on('error', () => {});
  opened.unref();
}

const OPENERS: Partial<Record<NodeJS.Platform, [command: string, args: readonly string[]]>> = {
  darwin: ['open', []],
  win32: ['cmd', ['/c', 'start', '']],
};

/** Containers may run as a user without a name. */
function currentUser(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}

function listenForInterruption(): AbortSignal {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return controller.signal;
}
