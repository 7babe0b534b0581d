import { pageCache, type PageCache } from '../../../src/app/evidence/page-cache';
import type { LogEvent } from '../../../src/app/controller';
import type { Chance } from './chance';
import type { Weather } from './weather';

/** A process that jobs run in: its clock may be wrong, and its cache dies with it. */
export interface Machine {
  name: string;
  skewMs: number;
  cache: PageCache;
}

export function newMachine(name: string, skewMs: number): Machine {
  return { name, skewMs, cache: pageCache(4 * 1024 * 1024) };
}

/** One run of a use case on a machine. */
export interface Job {
  name: string;
  machine: Machine;
  startedAtMs: number;
  /** Port calls before it dies; null = it lives. */
  callsLeft: number | null;
  /** Whether the call it dies at still has its effect. */
  diesAfterEffect: boolean;
  isDead: boolean;
  /** Faults of the outside that it met. */
  faults: string[];
  logs: LogEvent[];
}

/** What a dead process does: nothing, for ever. */
export class Crash extends Error {
  constructor(job: Job) {
    super(`${job.name} died`);
    this.name = 'Crash';
  }
}

/** A planned death: at the given port call of the world, counted from 0. */
export interface Death {
  at: number;
  isAfterEffect: boolean;
}

/** Most port calls after which a job that is to die dies; longer ones survive. */
const LATEST_CRASH = 60;

export function newJob(name: string, machine: Machine, weather: Weather, chance: Chance, startedAtMs: number): Job {
  return {
    name,
    machine,
    startedAtMs,
    callsLeft: chance.happens(weather.crash) ? chance.between(0, LATEST_CRASH) : null,
    diesAfterEffect: chance.happens(0.5),
    isDead: false,
    faults: [],
    logs: [],
  };
}
