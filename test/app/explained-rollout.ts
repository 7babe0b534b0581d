import type { Controller } from '../../src/app/controller';
import { tickPrompt } from '../../src/app/tick-prompt';
import { assign, type Assignment } from '../../src/core/assignment/assignment';
import type { Plan } from '../../src/core/rollout/plan';
import { isTerminal } from '../../src/core/rollout/rollout';
import { createLangfuseData, type LangfuseData } from '../../src/local/langfuse/data';
import { seededRandom } from '../../src/local/random';
import { memoryController } from '../../src/local/replay/replay';

export const PROMPT = 'assistant';
export const START_MS = Date.UTC(2026, 0, 12);
const HOUR_MS = 3_600_000;
const TICK_MS = 2 * HOUR_MS;
const STABLE_RATE = 0.8;
const USERS_PER_TICK = 250;
/** Users come back: every so many visits, one of those who were here before. */
const RETURNING = 6;

/** One guardrail of each kind, a floor, and coverage, on a short ramp. */
const POLICY = {
  steps: [
    { percent: 10, bake: '8h' },
    { percent: 50, bake: '8h' },
  ],
  watch: '4h',
  guardrails: [
    { metric: 'score:thumbs', direction: 'higher_is_better', margin: 0.15, floor: 0.3 },
    { metric: 'latency', margin: 0.3 },
    { metric: 'coverage:thumbs', margin: 0.2 },
  ],
};

/** A rollout with the plan of each of its ticks. */
export interface Played {
  controller: Controller;
  data: LangfuseData;
  ticks: { nowMs: number; plan: Plan }[];
  /** Serves the users until the next tick. @returns the time of that tick */
  serve: () => number;
}

/**
 * Runs a rollout through the use cases until it ends. @param world `pastVisits` is what its evidence for harm is planned with
 * @param overrides ports to use instead of those in memory
 */
export async function played(
  { candidateRate, maxTicks = 60, pastVisits = 0 }: { candidateRate: number; maxTicks?: number; pastVisits?: number },
  overrides: Partial<Controller> = {},
): Promise<Played> {
  const data = createLangfuseData();
  let nowMs = START_MS;
  const controller: Controller = {
    ...memoryController(() => nowMs, data, { defaultPolicy: POLICY, tickEveryMs: TICK_MS }),
    ...overrides,
  };
  data.createPrompt({ name: PROMPT, prompt: 'one', labels: ['production'] }, nowMs);
  data.createPrompt({ name: PROMPT, prompt: 'two', labels: ['candidate'] }, nowMs);
  addPast(data, pastVisits);
  const random = seededRandom(7);
  let visits = 0;
  let assignment: Assignment | null = null;
  const serve = (): number => {
    for (let i = 0; i < USERS_PER_TICK; i++) {
      visits++;
      const user = visits % RETURNING === 0 ? Math.floor(random() * visits) : visits;
      const { version } = assign(assignment!, `user-${user}`);
      const atMs = nowMs + Math.floor((i * TICK_MS) / USERS_PER_TICK);
      const rate = version === 2 ? candidateRate : STABLE_RATE;
      addVisit(data, { visit: visits, user, version: version!, atMs, isGood: random() < rate }, random);
    }
    return (nowMs += TICK_MS);
  };
  const ticks: Played['ticks'] = [];
  const started = await tickPrompt(controller, PROMPT, nowMs);
  if (started.outcome !== 'started') throw new Error(started.problem ?? 'not started');
  assignment = await controller.store.readAssignment(PROMPT);
  while (ticks.length < maxTicks) {
    const { plan } = await tickPrompt(controller, PROMPT, serve());
    if (plan === null) throw new Error('the tick has no plan');
    ticks.push({ nowMs, plan });
    assignment = await controller.store.readAssignment(PROMPT);
    if (isTerminal(plan.next.phase)) break;
  }
  return { controller, data, ticks, serve };
}

/** So many users in the half day before, of nobody who comes later. */
function addPast(data: LangfuseData, visits: number): void {
  const random = seededRandom(8);
  for (let i = 0; i < visits; i++) {
    const atMs = START_MS - 12 * HOUR_MS + Math.floor((i * 12 * HOUR_MS) / visits);
    addVisit(data, { visit: -1 - i, user: -1 - i, version: 1, atMs, isGood: random() < STABLE_RATE }, random);
  }
}

function addVisit(
  data: LangfuseData,
  {
    visit,
    user,
    version,
    atMs,
    isGood,
  }: { visit: number; user: number; version: number; atMs: number; isGood: boolean },
  random: () => number,
): void {
  const traceId = `trace-${visit}`;
  data.addObservation({
    id: `${traceId}-g`,
    traceId,
    type: 'GENERATION',
    promptName: PROMPT,
    promptVersion: version,
    environment: 'production',
    startMs: atMs,
    endMs: atMs + 500 + Math.floor(1000 * random()),
    userId: `user-${user}`,
  });
  if (random() < 0.05) return;
  data.addScore({
    id: `${traceId}-s`,
    name: 'thumbs',
    dataType: 'BOOLEAN',
    value: isGood,
    subject: { kind: 'trace', traceId },
    timestampMs: atMs + 60_000,
    environment: 'production',
  });
}
