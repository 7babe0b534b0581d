import { hashUnitWith, sha256 } from '../../../lambdas/hashing';
import { memoryDocumentStore } from '../../adapters/local/memory-document-store';
import { memoryObjectStore } from '../../adapters/local/memory-object-store';
import { memoryPromptStore } from '../../adapters/local/memory-prompt-store';
import { memoryRequestBudget } from '../../adapters/local/memory-request-budget';
import { memoryAlertSender, memoryTickQueue } from '../../adapters/local/memory-senders';
import type { Controller, Settings } from '../../app/controller';
import { pageCache } from '../../app/evidence/page-cache';
import { tickPrompt } from '../../app/tick-prompt';
import type { Assignment } from '../../core/assignment/assignment';
import { createLangfuseData } from '../langfuse/data';
import { inMemoryLangfuse } from '../langfuse/in-memory';
import { seededRandom } from '../random';
import type { JudgedAnswer } from '../scores/score-table';
import { simulatedTraffic } from './traffic';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Simulated time begins on a Monday. */
export const SIMULATION_START_MS = Date.UTC(2026, 0, 12);
const HISTORY_DAYS = 7;
const STABLE = 1;
const CANDIDATE = 2;
const PROMPT = 'assistant';

/** The only guardrail of a replay of judge scores; everything else is the default policy. */
export const REPLAY_POLICY = {
  guardrails: [{ metric: 'score:judge_preference', direction: 'higher_is_better', range: [0, 1], margin: 0.05 }],
};

export interface ReplayOptions {
  seed: number;
  stable: readonly JudgedAnswer[];
  candidate: readonly JudgedAnswer[];
  usersPerDay: number;
  /** A rollout that has not ended by then is reported as held. */
  days: number;
  tickEveryMs: number;
}

/** How one replay ended. */
export interface ReplayRun {
  seed: number;
  outcome: Decided['outcome'];
  /** Users who were served the candidate. */
  exposedUnits: number;
  /** Simulated hours from the start of the rollout to its end. */
  hours: number;
  reason: string;
}

/** Settings of a deployment that runs in one process. */
export function localSettings(overrides: Partial<Settings>): Settings {
  return {
    deployment: 'local',
    candidateLabel: 'candidate',
    defaultPolicy: REPLAY_POLICY,
    promptPolicies: {},
    bounds: undefined,
    alarms: {},
    tickEveryMs: 15 * 60_000,
    idleReadEveryMs: HOUR_MS,
    maxPagesPerTick: { observations: 200, scores: 2000, lookups: 20 },
    assignmentMaxAgeMs: 60_000,
    verifyDeadlineMs: 30 * 60_000,
    timeZone: 'UTC',
    ...overrides,
  };
}

/**
 * One rollout of real judge scores, headless: the controller's own use cases on in-memory ports and a virtual clock. Ends
 * when `production` moves to the candidate, at a rollback or an abort, or as held after the given days.
 */
export async function replay(options: ReplayOptions): Promise<ReplayRun> {
  const data = createLangfuseData();
  let nowMs = SIMULATION_START_MS;
  const traffic = simulatedTraffic({
    prompt: PROMPT,
    answers: new Map([
      [STABLE, options.stable],
      [CANDIDATE, options.candidate],
    ]),
    usersPerDay: options.usersPerDay,
    random: seededRandom(options.seed),
    salt: `seed-${options.seed}`,
    withOperations: false,
  });
  const controller = memoryController(() => nowMs, data, { tickEveryMs: options.tickEveryMs });
  data.createPrompt({ name: PROMPT, prompt: 'stable', labels: ['production'] }, nowMs - HISTORY_DAYS * DAY_MS);
  traffic.serve(data, everyoneOn(STABLE, PROMPT), nowMs - HISTORY_DAYS * DAY_MS, nowMs);
  data.createPrompt({ name: PROMPT, prompt: 'candidate', labels: ['candidate'] }, nowMs);
  const { outcome, atMs, reason } = await untilDecided(controller, {
    prompt: PROMPT,
    fromMs: nowMs,
    toMs: nowMs + options.days * DAY_MS,
    isPromoted: () => data.prompts.byLabel(PROMPT, 'production')?.version === CANDIDATE,
    serve(assignment, fromMs, toMs) {
      traffic.serve(data, assignment, fromMs, toMs);
      nowMs = toMs;
    },
  });
  return {
    seed: options.seed,
    outcome,
    exposedUnits: traffic.served(CANDIDATE),
    hours: (atMs - SIMULATION_START_MS) / HOUR_MS,
    reason,
  };
}

/** The assignment while nothing is being tried. */
export function everyoneOn(stable: number, prompt: string): Assignment {
  const nothing = { experiment: null, step: null, salt: '', arms: [] };
  return { schema: 1, prompt, epoch: 0, stable, ...nothing, writtenAtMs: 0 };
}

/** How a rollout on a virtual clock ended. */
export interface Decided {
  outcome: 'promoted' | 'rolled_back' | 'held' | 'aborted';
  atMs: number;
  reason: string;
}

/**
 * Ticks a prompt whose candidate is labelled until `production` moves to it, it is rolled back or aborted, or the time is up
 * (`held`).
 * @param run `serve` serves the users of [fromMs, toMs) by the assignment and moves the virtual clock to `toMs`
 */
export async function untilDecided(
  controller: Controller,
  run: {
    prompt: string;
    fromMs: number;
    toMs: number;
    isPromoted: () => boolean;
    serve: (assignment: Assignment, fromMs: number, toMs: number) => void;
  },
): Promise<Decided> {
  const { tickEveryMs } = controller.settings;
  for (let nowMs = run.fromMs; ; nowMs += tickEveryMs) {
    const report = await tickPrompt(controller, run.prompt, nowMs);
    const { rollout } = report;
    if (rollout === null) throw new Error(`the rollout did not start: ${report.problem ?? 'no reason given'}`);
    const reason = report.plan?.reasons[0] ?? '';
    if (run.isPromoted()) return { outcome: 'promoted', atMs: nowMs, reason };
    if (rollout.outcome !== null && (rollout.phase === 'rolled_back' || rollout.phase === 'aborted')) {
      return { outcome: rollout.phase, atMs: nowMs, reason: rollout.outcome.reason };
    }
    if (nowMs >= run.toMs) return { outcome: 'held', atMs: nowMs, reason };
    const assignment = await controller.store.readAssignment(run.prompt);
    if (assignment === null) throw new Error('the assignment is gone');
    run.serve(assignment, nowMs, nowMs + tickEveryMs);
  }
}

/** A whole controller in memory. */
export function memoryController(
  clock: () => number,
  data: ReturnType<typeof createLangfuseData>,
  settings: Partial<Settings>,
): Controller {
  return {
    langfuse: inMemoryLangfuse(data, clock),
    store: memoryPromptStore(),
    objects: memoryObjectStore(),
    documents: memoryDocumentStore(),
    budget: memoryRequestBudget(null),
    alerts: memoryAlertSender(),
    mail: null,
    queue: memoryTickQueue(),
    hashUnit: hashUnitWith('simulation'),
    sha256,
    cache: pageCache(64 * 1024 * 1024),
    settings: localSettings(settings),
    log: () => {},
  };
}
