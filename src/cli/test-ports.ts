import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { openAiEndpoint } from '../adapters/openai/model-endpoint';
import type { ModelEndpoint } from '../core/model-endpoint';
import { parseDuration } from '../core/policy/duration';
import { readYaml } from '../prompts/load/read-yaml';
import type { Io } from './io';
import { textOption, wholeNumber, type Arguments } from './parse-arguments';
import { CommandProblem, configuring } from './problem';

/** OpenAI's own address, where OPENAI_BASE_URL names none. */
const OPENAI = 'https://api.openai.com/v1';

/** An endpoint for the time of a command. */
export interface OpenEndpoint {
  endpoint: ModelEndpoint;
  /** For people. */
  name: string;
  close: () => Promise<void>;
}

/** The endpoint that the environment names, or with `--stand-in FILE` the stand-in model by that script. */
export async function openEndpoint(args: Arguments, io: Io): Promise<OpenEndpoint> {
  const script = textOption(args, 'stand-in');
  const signal = io.interruption();
  const wait = async (ms: number): Promise<void> => {
    await delay(ms, undefined, { signal });
  };
  const common = { ...limits(args), now: () => performance.now(), wait, random: Math.random, signal };
  if (script !== undefined) {
    const { startModelStandIn } = await import('../local/model/server');
    const { parseScript } = await import('../local/model/script');
    const text = await readScript(resolve(io.cwd, script), script);
    const standIn = await startModelStandIn(configuring(() => parseScript(yamlValue(script, text))));
    const endpoint = openAiEndpoint({ ...common, baseUrl: standIn.baseUrl, apiKey: null });
    return { endpoint, name: 'the stand-in model', close: standIn.close };
  }
  const { baseUrl, apiKey } = access(io);
  return { endpoint: openAiEndpoint({ ...common, baseUrl, apiKey }), name: baseUrl, close: async () => {} };
}

function yamlValue(file: string, text: string): unknown {
  const { value, problems } = readYaml(file, text, 0);
  const [problem] = problems;
  if (problem === undefined) return value;
  const { line, column } = problem.place;
  throw new CommandProblem('configuration', `--stand-in ${file}:${line}:${column}: ${problem.message}`);
}

/** @throws CommandProblem `configuration` when an address is none, or OpenAI's own is to be used without a key */
function access({ env }: Io): { baseUrl: string; apiKey: string | null } {
  const baseUrl = env['OPENAI_BASE_URL']?.trim() || OPENAI;
  const apiKey = env['OPENAI_API_KEY']?.trim() || null;
  if (!URL.canParse(baseUrl) || !/^https?:$/u.test(new URL(baseUrl).protocol)) {
    throw new CommandProblem('configuration', `OPENAI_BASE_URL: expected an http(s) address, got '${baseUrl}'`);
  }
  if (apiKey === null && baseUrl === OPENAI) {
    throw new CommandProblem('configuration', 'environment: expected a value in OPENAI_API_KEY, got nothing', {
      hint: 'OPENAI_BASE_URL names another endpoint that speaks the same protocol; --stand-in FILE needs none.',
    });
  }
  return { baseUrl, apiKey };
}

function limits(args: Arguments): { timeoutMs: number; tries: number; maxWaitMs: number } {
  const timeout = textOption(args, 'timeout') ?? '60s';
  const timeoutMs = parseDuration(timeout);
  if (timeoutMs === null || timeoutMs < 1 || timeoutMs > 3_600_000) {
    throw new CommandProblem('usage', `--timeout: expected a duration up to 1h, such as '60s', got '${timeout}'`);
  }
  return { timeoutMs, tries: wholeNumber(textOption(args, 'tries') ?? '4', '--tries'), maxWaitMs: 120_000 };
}

async function readScript(path: string, name: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new CommandProblem(
      'configuration',
      `--stand-in ${name}: expected a file that can be read, got ${error.code}`,
    );
  });
}
