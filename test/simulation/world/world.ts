import { createHash, createHmac } from 'node:crypto';
import { memoryDocumentStore } from '../../../src/adapters/local/memory-document-store';
import { memoryRequestBudget } from '../../../src/adapters/local/memory-request-budget';
import { memoryTickQueue } from '../../../src/adapters/local/memory-senders';
import type { Controller, Settings } from '../../../src/app/controller';
import { dispatchTicks } from '../../../src/app/dispatch-ticks';
import { tickPrompt, type TickReport } from '../../../src/app/tick-prompt';
import { isRampartError } from '../../../src/core/errors';
import { createLangfuseData } from '../../../src/local/langfuse/data';
import { inMemoryLangfuse } from '../../../src/local/langfuse/in-memory';
import { localSettings, SIMULATION_START_MS } from '../../../src/local/replay/replay';
import { createAudience, type DrawScore, type Visit } from './audience';
import { type Chance, seededChance } from './chance';
import { Crash, type Death, type Job, type Machine, newJob, newMachine } from './job';
import { createLedger } from './ledger';
import { createTurns } from './turns';
import { type Outside, type Ports, unreliablePorts } from './unreliable';
import { CALM, drawWeather, type Weather } from './weather';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;

/** A prompt of the world. */
export interface PromptPlan {
  prompt: string;
  scoreName: string;
  draw: (chance: Chance) => DrawScore;
  visitsPerHour: number;
}

export interface WorldOptions {
  seed: number;
  prompts: readonly PromptPlan[];
  settings: Partial<Settings>;
  /** Weather, wrong clocks, late and edited rows, several jobs at a time. */
  isRough: boolean;
  /** A job dies at this port call. */
  death?: Death;
}

export type World = ReturnType<typeof createWorld>;

/** What a job does: a use case on the controller of its machine. */
export type UseCase = (controller: Controller, nowMs: number) => Promise<unknown>;

/** A deployment, its Langfuse, its users and its operators, all from one seed and on one virtual clock. */
export function createWorld(options: WorldOptions) {
  const chance = seededChance(options.seed);
  const data = createLangfuseData();
  const queue = memoryTickQueue();
  const turns = createTurns(chance);
  const wishes = new Set<string>();
  const lines: string[] = [];
  let nowMs = SIMULATION_START_MS;
  let servedToMs = nowMs;
  let calls = 0;
  let weather: Weather = CALM;
  let weatherEndsMs = nowMs;
  let timers: { atMs: number; happen: () => void }[] = [];

  const ledger = createLedger({
    nowMs: () => nowMs,
    exists: (prompt, version) => data.prompts.byVersion(prompt, version) !== null,
    isWished,
  });
  const base = {
    langfuse: inMemoryLangfuse(data, () => nowMs),
    documents: memoryDocumentStore(),
    budget: memoryRequestBudget(options.isRough ? { perMinute: 300, burst: 200 } : null),
    queue,
  };
  const machines = [0, 1, 2].map((i) => newMachine(`m${i}`, skewMs()));
  const audiences = options.prompts.map((plan) => ({
    plan,
    visits: [] as Visit[],
    audience: createAudience(data, chance, {
      ...plan,
      draw: plan.draw(chance),
      isMessy: options.isRough,
      assignmentAt: (atMs) => ledger.assignmentAt(plan.prompt, atMs),
      production: () => data.prompts.byLabel(plan.prompt, 'production')?.version ?? null,
      later: (atMs, happen) => timers.push({ atMs, happen }),
    }),
  }));
  const outside: Outside = {
    chance,
    turns,
    weather: () => weather,
    nowMs: () => nowMs,
    countCall: () => (calls++ === options.death?.at ? options.death : null),
    pass,
    later: (afterMs, happen) => timers.push({ atMs: nowMs + afterMs, happen }),
  };

  function skewMs(): number {
    return options.isRough ? chance.between(-90_000, 90_000) : 0;
  }

  /** A person asks for a version to be in production. */
  function wish(prompt: string, version: number): void {
    wishes.add(`${prompt}/${version}`);
  }

  function isWished(prompt: string, version: number): boolean {
    return wishes.has(`${prompt}/${version}`);
  }

  function note(text: string): void {
    const sinceMs = nowMs - SIMULATION_START_MS;
    lines.push(`${(sinceMs / HOUR_MS).toFixed(3)} h  ${text}`);
    if (lines.length > 80) lines.shift();
  }

  /** Time passes; what was to happen by then happens. */
  function pass(ms: number): void {
    nowMs += ms;
    const due = timers.filter(({ atMs }) => atMs <= nowMs);
    if (due.length === 0) return;
    timers = timers.filter(({ atMs }) => atMs > nowMs);
    for (const { happen } of due) happen();
  }

  /** Serves everyone who came since the last time. */
  function serve(): void {
    for (const { audience, visits } of audiences) visits.push(...audience.serve(servedToMs, nowMs));
    servedToMs = nowMs;
  }

  /** Nobody came since the last time. */
  function serveNobody(): void {
    servedToMs = nowMs;
  }

  function controllerOf(machine: Machine, job: Job): Controller {
    const ports: Ports = { ...base, ...ledger.portsFor(job) };
    return {
      ...unreliablePorts(ports, job, outside),
      mail: null,
      hashUnit: (unit) => createHmac('sha256', 'world').update(unit).digest('base64url').slice(0, 22),
      sha256: (text) => createHash('sha256').update(text).digest('hex'),
      cache: machine.cache,
      settings: localSettings({ tickEveryMs: 15 * MINUTE_MS, ...options.settings }),
      log: (event) => void job.logs.push(event),
    };
  }

  /** A job that never rejects: how it ended is checked and noted. */
  function job(name: string, useCase: UseCase): () => Promise<void> {
    return async () => {
      const machine = chance.pick(machines);
      const it = newJob(`${machine.name} ${name}`, machine, weather, chance, nowMs);
      let end: string;
      try {
        end = describe(await useCase(controllerOf(machine, it), nowMs + machine.skewMs));
      } catch (error) {
        end = `rejected: ${String(error)}`;
        if (!(error instanceof Crash) && !isRampartError(error)) {
          ledger.problems.push(`${it.name}: ${error instanceof Error ? error.stack : String(error)}`);
        }
      }
      if (it.isDead) Object.assign(machine, newMachine(machine.name, skewMs()));
      const isQuiet = !end.startsWith('rejected') && !end.includes('problem:') && it.logs.every(isInfo);
      const untold = isQuiet ? it.faults.filter((fault) => !isHarmless(fault, name)) : [];
      if (untold.length > 0) ledger.problems.push(`${it.name}: swallowed ${untold.join(', ')}`);
      note(`${it.name} -> ${end}${it.faults.length > 0 ? ` [${it.faults.join(', ')}]` : ''}`);
    };
  }

  const tick = (prompt: string) => job(`tick ${prompt}`, (controller, atMs) => tickPrompt(controller, prompt, atMs));
  const dispatch = () => job('dispatch', (controller, atMs) => dispatchTicks(controller, atMs));

  function changeWeather(): void {
    if (!options.isRough || nowMs < weatherEndsMs) return;
    const drawn = drawWeather(chance);
    weather = drawn.weather;
    weatherEndsMs = nowMs + drawn.lastsMs;
    note(`weather: ${weather.name}`);
  }

  /** The end of the faults. */
  function calmDown(): void {
    weather = CALM;
    weatherEndsMs = Infinity;
    for (const machine of machines) machine.skewMs = 0;
  }

  /** Fails with the seed and what happened last when something does not hold. */
  function expectNoProblems(more: readonly string[] = []): void {
    const problems = [...ledger.problems, ...more];
    if (problems.length === 0) return;
    const told = [`SIM_SEED=${options.seed} replays this.`, ...problems, '', 'What happened last:', ...lines];
    throw new Error(told.join('\n'));
  }

  return {
    chance,
    data,
    queue,
    turns,
    ledger,
    machines,
    audiences,
    wish,
    isWished,
    note,
    pass,
    serve,
    serveNobody,
    job,
    tick,
    dispatch,
    changeWeather,
    calmDown,
    calls: () => calls,
    setWeather: (next: Weather) => (weather = next),
    expectNoProblems,
    nowMs: () => nowMs,
  };
}

/** Faults after which a job may go on without a word: a command does not need the labels. */
function isHarmless(fault: string, name: string): boolean {
  return fault.startsWith('langfuse.version') && !name.startsWith('tick');
}

function isInfo({ level }: { level: string }): boolean {
  return level === 'info';
}

function describe(answer: unknown): string {
  const report = answer as Partial<TickReport & { said: string }> | undefined;
  const problem = report?.problem ? ` problem: ${report.problem}` : '';
  const { rollout } = report ?? {};
  const state = rollout ? ` ${rollout.id} ${rollout.phase} ${rollout.hold?.kind ?? ''}` : '';
  return `${report?.outcome ?? report?.said ?? 'done'}${state}${problem}`;
}
