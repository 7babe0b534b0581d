import type { Controller } from '../../../src/app/controller';
import { isRampartError, RampartError } from '../../../src/core/errors';
import type { Langfuse, ObservationRow, Page, PromptStore, ScoreRow } from '../../../src/core/ports';
import type { Chance } from './chance';
import { Crash, type Death, type Job } from './job';
import type { Turns } from './turns';
import type { Weather } from './weather';

/** The ports that a job reaches the outside by. */
export type Ports = Pick<Controller, 'langfuse' | 'store' | 'objects' | 'documents' | 'budget' | 'alerts' | 'queue'>;

/** What a job's calls can meet. */
export interface Outside {
  chance: Chance;
  turns: Turns;
  weather: () => Weather;
  nowMs: () => number;
  /** Counts a port call; the death that is planned for it, if one is. */
  countCall: () => Death | null;
  /** Time passes. */
  pass: (ms: number) => void;
  /** Something that happens after the given time. */
  later: (afterMs: number, happen: () => void) => void;
}

/** A function is killed after this long. */
const JOB_TIME_OUT_MS = 240_000;
const CALL_TIME_OUT_MS = 10_000;
const LATEST_EFFECT_MS = 30_000;

/** The same ports, as one job sees them: it takes turns, its calls fail as the weather is, and it may die at any of them. */
export function unreliablePorts(ports: Ports, job: Job, outside: Outside): Ports {
  const { chance, weather } = outside;
  const fault = (what: string, error: RampartError): never => {
    job.faults.push(what);
    throw error;
  };
  const state = <Port extends object>(name: string, port: Port): Port =>
    intercepted(port, async (method, run) => {
      if (chance.happens(weather().stateFails)) {
        fault(`${name}.${method} failed`, new RampartError('provider_unavailable', `${name}: simulated throttling`));
      }
      return run();
    });
  const calls = <Port extends object>(port: Port): Port =>
    intercepted(port, (_method, run) => enter(job, outside, run));
  return {
    langfuse: calls(unreliableLangfuse(ports.langfuse, outside, fault)),
    store: calls(forgivingConflicts(state('store', losingAnswers(ports.store, outside, fault)), job)),
    objects: calls(state('objects', ports.objects)),
    documents: calls(state('documents', ports.documents)),
    budget: calls(state('budget', ports.budget)),
    queue: calls(state('queue', ports.queue)),
    alerts: calls(
      intercepted(ports.alerts, async (_method, run) => {
        const down = new RampartError('provider_unavailable', 'alerts: simulated outage');
        if (chance.happens(weather().alertFails)) fault('alert failed', down);
        await run();
        if (chance.happens(weather().alertAnswerLost)) fault('alert answer lost', down);
      }),
    ),
  };
}

type Fault = (what: string, error: RampartError) => never;

/** The port with every method's call handed to `call`. */
function intercepted<Port extends object>(
  port: Port,
  call: (method: string, run: () => Promise<unknown>) => Promise<unknown>,
): Port {
  return new Proxy(port, {
    get(target, method) {
      const value: unknown = Reflect.get(target, method);
      if (typeof value !== 'function') return value;
      return (...given: unknown[]) =>
        call(String(method), async () => Reflect.apply(value, target, given) as Promise<unknown>);
    },
  });
}

/** A call waits for its turn; a process that has died does nothing any more. */
async function enter(job: Job, outside: Outside, run: () => Promise<unknown>): Promise<unknown> {
  await outside.turns.turn();
  if (outside.nowMs() - job.startedAtMs > JOB_TIME_OUT_MS) job.isDead = true;
  if (job.isDead) throw new Crash(job);
  const planned = outside.countCall();
  if (planned !== null || (job.callsLeft !== null && job.callsLeft-- <= 0)) {
    job.isDead = true;
    if (planned?.isAfterEffect ?? job.diesAfterEffect) await run().catch(() => {});
    throw new Crash(job);
  }
  return run();
}

/** A conflict is tried again from the start: what went wrong before it has no consequence. */
function forgivingConflicts(store: PromptStore, job: Job): PromptStore {
  return intercepted(store, async (_method, run) => {
    try {
      return await run();
    } catch (error) {
      if (isRampartError(error, 'revision_conflict')) job.faults = [];
      throw error;
    }
  });
}

function losingAnswers(store: PromptStore, { chance, weather }: Outside, fault: Fault): PromptStore {
  return intercepted(store, async (method, run) => {
    const answer = await run();
    if (method !== 'write' || !chance.happens(weather().writeAnswerLost)) return answer;
    return chance.happens(0.5)
      ? fault('write answer lost', new RampartError('provider_unavailable', 'store: simulated time-out'))
      : fault('write repeated', new RampartError('revision_conflict', 'store: simulated repeated write'));
  });
}

function unreliableLangfuse(langfuse: Langfuse, outside: Outside, fault: Fault): Langfuse {
  const { chance, weather } = outside;
  const failing = intercepted(langfuse, async (method, run) => {
    outside.pass(chance.between(0, weather().slowMs));
    if (chance.happens(weather().langfuseFails)) fault(`langfuse.${method} failed`, langfuseError(chance));
    return run();
  });
  const spoiled = <Row extends { id: string }>(page: Page<Row>): Page<Row> => {
    const bad = new Set(page.rows.filter(() => chance.happens(weather().rowMalformed)));
    const malformed = [...bad].map(({ id }) => ({ id, reason: 'simulated' }));
    return { ...page, rows: page.rows.filter((row) => !bad.has(row)), malformed: [...page.malformed, ...malformed] };
  };
  return {
    ...delegated(failing),
    listObservations: async (query) => spoiled<ObservationRow>(await failing.listObservations(query)),
    listScores: async (query) => spoiled<ScoreRow>(await failing.listScores(query)),
    async moveLabel(prompt, version, label) {
      const move = (): Promise<void> => failing.moveLabel(prompt, version, label);
      if (!chance.happens(weather().moveAnswerLost)) return move();
      const lost = new RampartError('provider_unavailable', 'langfuse: simulated time-out of a label move');
      if (chance.happens(0.3)) fault('label move lost', lost);
      if (chance.happens(0.5)) await move();
      else {
        outside.later(chance.between(1000, LATEST_EFFECT_MS), () => void langfuse.moveLabel(prompt, version, label));
        outside.pass(CALL_TIME_OUT_MS);
      }
      return fault('label move answer lost', lost);
    },
  };
}

function delegated(langfuse: Langfuse): Langfuse {
  return {
    promptsWithLabel: (label) => langfuse.promptsWithLabel(label),
    versionByLabel: (prompt, label) => langfuse.versionByLabel(prompt, label),
    versionsWithLabel: (prompt, label) => langfuse.versionsWithLabel(prompt, label),
    version: (prompt, version) => langfuse.version(prompt, version),
    moveLabel: (prompt, version, label) => langfuse.moveLabel(prompt, version, label),
    listObservations: (query) => langfuse.listObservations(query),
    listScores: (query) => langfuse.listScores(query),
    observationsOfTraces: (prompt, traceIds) => langfuse.observationsOfTraces(prompt, traceIds),
    rootsOfTraces: (traceIds) => langfuse.rootsOfTraces(traceIds),
    countByPrompt: (query) => langfuse.countByPrompt(query),
    countByVersion: (query) => langfuse.countByVersion(query),
  };
}

function langfuseError(chance: Chance): RampartError {
  switch (chance.between(0, 3)) {
    case 0:
      return new RampartError('provider_rate_limited', 'langfuse: simulated 429', {
        retryAfterMs: chance.between(10, 300) * 1000,
      });
    case 1:
      return new RampartError('provider_bad_response', 'langfuse: simulated HTML page');
    case 2:
      return new RampartError('provider_auth', 'langfuse: simulated 401');
    default:
      return new RampartError('provider_unavailable', 'langfuse: simulated outage');
  }
}
