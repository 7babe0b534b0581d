import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { RampartError } from '../../core/errors';

/** What came of one file. */
export interface RanFile {
  definitions: { value: Record<string, unknown>; line: number; column: number }[];
  failure: { message: string; line: number; column: number } | null;
}

/** Longest time for all files together. */
const TIMEOUT_MS = 60_000;

/**
 * Runs in a process of its own, so that what a file prints, leaves behind or breaks does not matter here. Reads paths from
 * fd 0; writes to fd 3 one JSON line for the start and the end of a file and for every definition. `rampart/prompts` is
 * answered from here, whether the package is installed beside the file or not.
 */
const RUNNER = String.raw`
import { readFileSync, writeSync } from 'node:fs';
import Module, { register } from 'node:module';
import { pathToFileURL } from 'node:url';
const files = JSON.parse(readFileSync(0, 'utf8'));
const gathered = [];
Error.stackTraceLimit = 200;
const definePrompt = (definition) => {
  gathered.push({ definition, stack: new Error('defined here').stack });
  return definition;
};
globalThis[Symbol.for('rampart.definePrompt')] = definePrompt;
const entry = "data:text/javascript,export const definePrompt = globalThis[Symbol.for('rampart.definePrompt')];";
const hooks = 'export const resolve = (specifier, context, next) => specifier === "rampart/prompts" ? ' +
  '{ url: ' + JSON.stringify(entry) + ', shortCircuit: true } : next(specifier, context);';
register('data:text/javascript,' + encodeURIComponent(hooks));
const load = Module._load;
Module._load = function (request, ...rest) {
  return request === 'rampart/prompts' ? { definePrompt } : load.call(this, request, ...rest);
};
const say = (line) => writeSync(3, JSON.stringify(line) + '\n');
const plain = (key, value) => {
  if (value instanceof RegExp) return { pattern: value.source, ...(value.flags && { flags: value.flags }) };
  if (['function', 'symbol', 'bigint'].includes(typeof value)) throw new Error('expected plain data, got a ' + typeof value + ' as ' + key);
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Error('expected plain data, got ' + value + ' as ' + key);
  if (value instanceof Map || value instanceof Set) throw new Error('expected plain data, got a ' + value.constructor.name + ' as ' + key);
  return value;
};
for (const [index, file] of files.entries()) {
  say({ started: index });
  let failure = null;
  try { await import(pathToFileURL(file).href); } catch (error) {
    failure = { message: String(error?.message ?? error), stack: String(error?.stack ?? '') };
  }
  for (const { definition, stack } of gathered.splice(0)) {
    const defined = { stack, running: index, value: null, failure: null };
    try { defined.value = JSON.parse(JSON.stringify(definition, plain)); } catch (error) { defined.failure = String(error?.message ?? error); }
    say(defined);
  }
  say({ ended: index, failure });
}
process.exit(0);
`;

type Said =
  | { started: number }
  | { ended: number; failure: { message: string; stack: string } | null }
  | { stack: string; running: number; value: Record<string, unknown> | null; failure: string | null };

/**
 * Runs TypeScript files that call `definePrompt`.
 * @param files absolute paths
 * @returns what each defined, in the same order
 * @throws RampartError `bad_input` when they cannot be run at all
 */
export async function runPromptFiles(files: readonly string[]): Promise<RanFile[]> {
  const { said, ended, stderr } = await run(files);
  const ran: RanFile[] = files.map(() => ({ definitions: [], failure: null }));
  let running: number | null = null;
  for (const line of said) {
    if ('started' in line) running = line.started;
    else if ('ended' in line) {
      running = null;
      if (line.failure !== null) ran[line.ended]!.failure = failureOf(line.failure, files[line.ended]!);
    } else addDefinition(line, files, ran);
  }
  if (running !== null) {
    const message = `expected the file to run to its end, got ${ended}`;
    ran[running]!.failure = { message, line: 1, column: 1 };
  } else if (said.length === 0) {
    throw new RampartError(
      'bad_input',
      `prompts: expected TypeScript that runs, got ${ended}: ${stderr.slice(0, 500)}`,
    );
  }
  return ran;
}

function addDefinition(
  { stack, running, value, failure }: Extract<Said, { stack: string; value: unknown }>,
  files: readonly string[],
  ran: RanFile[],
): void {
  const { index, ...place } = callOf(stack, files) ?? { index: running, line: 1, column: 1 };
  if (value === null) ran[index]!.failure ??= { message: failure ?? 'expected plain data', ...place };
  else ran[index]!.definitions.push({ value: Object(value) as Record<string, unknown>, ...place });
}

/** The innermost of the files that a call came through; null when the stack names none. */
function callOf(stack: string, files: readonly string[]): { index: number; line: number; column: number } | null {
  for (const frame of stack.split('\n')) {
    for (const [index, file] of files.entries()) {
      const place = positionIn(frame, file);
      if (place !== null) return { index, ...place };
    }
  }
  return null;
}

function failureOf({ message, stack }: { message: string; stack: string }, file: string): RanFile['failure'] {
  const place = positionIn(`${message}\n${stack}`, file) ?? { line: 1, column: 1 };
  const said = message.split('\n').find((line) => /ERROR:/u.test(line)) ?? message.split('\n')[0]!;
  return { message: `expected the file to run, got: ${said.replace(/^.*ERROR: /u, '').trim()}`, ...place };
}

/** Line and column behind the first mention of the file. */
function positionIn(text: string, file: string): { line: number; column: number } | null {
  for (const name of [pathToFileURL(file).href, file]) {
    const at = text.indexOf(name);
    const match = at === -1 ? null : /^(?:\?[^:\s)]*)?:(\d+):(\d+)/u.exec(text.slice(at + name.length));
    if (match !== null) return { line: Number(match[1]), column: Number(match[2]) };
  }
  return null;
}

async function run(files: readonly string[]): Promise<{ said: Said[]; ended: string; stderr: string }> {
  const loader = pathToFileURL(require.resolve('tsx')).href;
  const child = spawn(process.execPath, ['--import', loader, '--input-type=module', '-e', RUNNER], {
    stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
    timeout: TIMEOUT_MS,
  }) as ChildProcessByStdio<Writable, null, Readable>;
  const [stderr, told] = [collect(child.stderr), collect(child.stdio[3] as Readable)];
  child.stdin.on('error', () => undefined);
  child.stdin.end(JSON.stringify(files));
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  const lines = told
    .text()
    .split('\n')
    .filter((line) => line !== '');
  return {
    said: lines.map((line) => JSON.parse(line) as Said),
    ended: signal === null ? `the end of the process with code ${code}` : `${TIMEOUT_MS / 1000} s without an end`,
    stderr: stderr.text(),
  };
}

function collect(stream: Readable): { text(): string } {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return { text: () => Buffer.concat(chunks).toString('utf8') };
}
