import { fork, type ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import type { Resolution } from '../src/runtime';
import { createRouter, httpSource } from '../src/runtime';

/*
 * A function that is frozen between requests, as Lambda does it: a process that is stopped (SIGSTOP) and goes on (SIGCONT)
 * when a request comes. Run as a program it answers each message with what it serves.
 */

/** One request: which unit, and how long the handler may wait for a fresh assignment, ms; 0 = not at all. */
interface Request {
  unit: string;
  readyMs: number;
}

/** A function in a process of its own. */
export interface FrozenFunction {
  ask(readyMs: number): Promise<Resolution>;
  freeze(): void;
  thaw(): void;
  close(): Promise<void>;
}

const UNIT = 'user-1';

/** Starts the function; resolves when it has an assignment. */
export async function startFunction(url: string, prompt: string): Promise<FrozenFunction> {
  const child = fork(__filename, [url, prompt], { execArgv: ['--import', 'tsx'] });
  const ask = (readyMs: number): Promise<Resolution> => asked(child, { unit: UNIT, readyMs });
  while ((await ask(5000)).version === null) await delay(10);
  return {
    ask,
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    async close() {
      child.kill('SIGCONT');
      const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      child.disconnect();
      await exited;
    },
  };
}

function asked(child: ChildProcess, request: Request): Promise<Resolution> {
  return new Promise((resolve, reject) => {
    child.once('message', (message) => resolve(message as Resolution));
    child.send(request, (error) => {
      if (error !== null) reject(error);
    });
  });
}

function serve(url: string, prompt: string): void {
  const router = createRouter({ source: httpSource({ url }) });
  process.on('message', ({ unit, readyMs }: Request) => {
    const answer = (): void => void process.send?.(router.resolve(prompt, { unit }));
    if (readyMs === 0) answer();
    else void router.ready({ timeoutMs: readyMs }).then(answer);
  });
  process.once('disconnect', () => router.close());
}

const [, , url, prompt] = process.argv;
if (require.main === module && url !== undefined && prompt !== undefined) serve(url, prompt);
