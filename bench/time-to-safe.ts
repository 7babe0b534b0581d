import { setTimeout as delay } from 'node:timers/promises';
import {
  createRouter,
  dynamoDbSource,
  fileSource,
  httpSource,
  type AssignmentSource,
  type Router,
} from '../src/runtime';
import { startFunction, type FrozenFunction } from './frozen-function';
import { CANDIDATE, localClient, PROMPT, serveOnePrompt, type ServedPrompt } from './served-prompt';
import { openLine, type Line } from './severed';
import { median, table } from './table';

/*
 * From the rollback's write to the last request that served the candidate, in real time and with the defaults: a refresh
 * every 30 s, a maximum age of 60 s. Every kind is measured on routers whose refreshes are spread over the 30 s.
 */

const REFRESH_MS = 30_000;
const ROUTERS = 15;
/** Longer than anything may take. */
const WATCH_MS = 75_000;

interface Kind {
  name: string;
  bound: string;
  source: () => AssignmentSource;
}
interface Measured {
  name: string;
  bound: string;
  times: number[];
}

/** Prints as it is in docs/serving.md; takes about three minutes. */
export async function timeToSafe(): Promise<string> {
  const served = await serveOnePrompt();
  const lines = [await openLine(served.dynamoDbUrl), await openLine(served.endpointUrl)] as const;
  const client = localClient(served.dynamoDbUrl);
  const cutClient = localClient(lines[0].url);
  const functions: FrozenFunction[] = [];
  try {
    const dynamoDb = (of: typeof client) => dynamoDbSource({ tableName: served.tableName, client: of });
    const http = (url: string) => httpSource({ url: `${url}/assignments` });
    const kinds: Kind[] = [
      { name: 'DynamoDB', bound: 'refresh: 30 s', source: () => dynamoDb(client) },
      { name: 'HTTP', bound: 'refresh and what the endpoint holds: 35 s', source: () => http(served.endpointUrl) },
      { name: 'file', bound: 'refresh: 30 s', source: () => fileSource(served.file) },
      { name: 'DynamoDB, network cut at the write', bound: 'maximum age: 60 s', source: () => dynamoDb(cutClient) },
      { name: 'HTTP, network cut at the write', bound: 'maximum age: 60 s', source: () => http(lines[1].url) },
    ];
    for (let i = 0; i < 4; i++) functions.push(await startFunction(`${served.endpointUrl}/assignments`, PROMPT));
    const frozen = frozenFunctions(functions);
    const [running, thawed] = await Promise.all([measureRunning(kinds, served, lines, frozen.freeze), frozen.thawed]);
    return `${runningTable(running)}\n\n${thawed}`;
  } finally {
    for (const each of functions) await each.close();
    for (const line of lines) await line.close();
    for (const each of [client, cutClient]) each.destroy();
    await served.close();
  }
}

async function measureRunning(
  kinds: readonly Kind[],
  served: ServedPrompt,
  lines: readonly Line[],
  freeze: () => Promise<void>,
): Promise<Measured[]> {
  const routers = kinds.map(() => [] as Router[]);
  for (let i = 0; i < ROUTERS; i++) {
    kinds.forEach(({ source }, kind) => routers[kind]!.push(createRouter({ source: source() })));
    await delay(REFRESH_MS / ROUTERS);
  }
  const all = routers.flat();
  await Promise.all(all.map((router) => router.ready()));
  await freeze();
  const lastMs = all.map(() => Number.NaN);
  const writtenAtMs = performance.now();
  for (const line of lines) line.cut();
  await served.rollBack();
  while (performance.now() - writtenAtMs < WATCH_MS) {
    all.forEach((router, i) => {
      if (router.resolve(PROMPT, { unit: 'user-1' }).version === CANDIDATE) lastMs[i] = performance.now();
    });
    await delay(5);
  }
  for (const router of all) router.close();
  const times = lastMs.map((ms) => ms - writtenAtMs);
  return kinds.map(({ name, bound }, kind) => ({
    name,
    bound,
    times: times.slice(kind * ROUTERS, (kind + 1) * ROUTERS).sort((a, b) => a - b),
  }));
}

function runningTable(measured: readonly Measured[]): string {
  const rows = measured.map(({ name, bound, times }) => [
    name,
    ...[times[0]!, median(times), times.at(-1)!].map(seconds),
    bound,
  ]);
  return table(['source', 'shortest', 'middle', 'longest', 'bounded by'], rows);
}

/** What a function serves that was frozen when the rollback was written, for how long, and with or without `ready`. */
function frozenFunctions(functions: readonly FrozenFunction[]) {
  const cases = [
    { frozenMs: 40_000, readyMs: 0 },
    { frozenMs: 40_000, readyMs: 1000 },
    { frozenMs: 120_000, readyMs: 0 },
    { frozenMs: 120_000, readyMs: 1000 },
  ];
  let resolve: (found: Promise<string>) => void;
  const thawed = new Promise<string>((settle) => (resolve = settle));
  const freeze = async (): Promise<void> => {
    // Each has just been confirmed, which is the longest way to its maximum age.
    const rows = Promise.all(
      cases.map(async ({ frozenMs, readyMs }, i) => {
        const each = functions[i]!;
        each.freeze();
        await delay(frozenMs);
        each.thaw();
        return [`${frozenMs / 1000} s`, readyMs === 0 ? 'no' : 'yes', ...(await firstAnswers(each, readyMs))];
      }),
    );
    const head = ['frozen for', 'waits with `ready`', 'first answer', 'answered after', 'safe after'];
    resolve(rows.then((found) => table(head, found)));
  };
  return { freeze, thawed };
}

/** The first answer after a thaw, how long it took, and when the candidate was served last. */
async function firstAnswers(each: FrozenFunction, readyMs: number): Promise<string[]> {
  const thawedAtMs = performance.now();
  const first = await each.ask(readyMs);
  const answeredMs = performance.now() - thawedAtMs;
  let lastMs = 0;
  let answer = first;
  for (let i = 0; i < 200; i++) {
    if (answer.version === CANDIDATE) lastMs = performance.now() - thawedAtMs;
    await delay(5);
    answer = await each.ask(readyMs);
  }
  const what = `${first.version === CANDIDATE ? 'candidate' : 'stable'}, ${first.reason}`;
  return [what, milliseconds(answeredMs), milliseconds(lastMs)];
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function milliseconds(ms: number): string {
  return `${Math.round(ms)} ms`;
}
