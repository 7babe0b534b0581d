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
  process.stdout.on('error', endOnClosedPipe);
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

/** Ends the process when everything is written. What a library left behind, such as the timer of a failed request, does not delay it. */
export function endProcess(exitCode: number): void {
  process.stdout.write('', () => process.stderr.write('', () => process.exit(exitCode)));
}

/** `rampart status | head` is no failure. */
function endOnClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
}

function outputOf(stream: NodeJS.WriteStream): Output {
  const isUnwanted = (process.env['NO_COLOR'] ?? '') !== '';
  return { write: (text) => void stream.write(text), color: stream.isTTY && !isUnwanted };
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
