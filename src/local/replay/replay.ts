import { createHash, createHmac } from 'node:crypto';
import { memoryDocumentStore } from '../../adapters/local/memory-document-store';
import { memoryObjectStore } from '../../adapters/local/memory-object-store';
import { memoryPromptStore } from '../../adapters/local/memory-prompt-store';
import { memoryRequestBudget } from '../../adapters/local/memory-request-budget';
import { memoryAlertSender, memoryTickQueue } from '../../adapters/local/memory-senders';
import type { Controller, Settings } from '../../app/controller';
import { pageCache } from '../../app/evidence/page-cache';
import { tickPrompt } from '../../app/tick-prompt';
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
  outcome: 'promoted' | 'rolled_back' | 'held' | 'aborted';
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
  const history = {
    schema: 1,
    prompt: PROMPT,
    epoch: 0,
    stable: STABLE,
    experiment: null,
    step: null,
    salt: '',
    arms: [],
    writtenAtMs: 0,
  } as const;
  traffic.serve(data, { ...history, arms: [] }, nowMs - HISTORY_DAYS * DAY_MS, nowMs);
  data.createPrompt({ name: PROMPT, prompt: 'candidate', labels: ['candidate'] }, nowMs);
  const end = (outcome: ReplayRun['outcome'], reason: string): ReplayRun => ({
    seed: options.seed,
    outcome,
    exposedUnits: traffic.served(CANDIDATE),
    hours: (nowMs - SIMULATION_START_MS) / HOUR_MS,
    reason,
  });
  for (;;) {
    const report = await tickPrompt(controller, PROMPT, nowMs);
    const { rollout } = report;
    if (rollout === null) throw new Error(`the rollout did not start: ${report.problem ?? 'no reason given'}`);
    if (data.prompts.byLabel(PROMPT, 'production')?.version === CANDIDATE) {
      return end('promoted', report.plan?.reasons[0] ?? '');
    }
    if (rollout.outcome !== null && (rollout.phase === 'rolled_back' || rollout.phase === 'aborted')) {
      return end(rollout.phase, rollout.outcome.reason);
    }
    if (nowMs - SIMULATION_START_MS >= options.days * DAY_MS) return end('held', report.plan?.reasons[0] ?? '');
    const assignment = await controller.store.readAssignment(PROMPT);
    if (assignment === null) throw new Error('the assignment is gone');
    traffic.serve(data, assignment, nowMs, nowMs + options.tickEveryMs);
    nowMs += options.tickEveryMs;
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
    hashUnit: (unit) => createHmac('sha256', 'simulation').update(unit).digest('base64url').slice(0, 22),
    sha256: (text) => createHash('sha256').update(text).digest('hex'),
    cache: pageCache(64 * 1024 * 1024),
    settings: localSettings(settings),
    log: () => {},
  };
}
