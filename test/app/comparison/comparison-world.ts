import { memoryMailSender } from '../../../src/adapters/local/memory-senders';
import { startComparisonByHand } from '../../../src/app/comparison/start-comparison';
import type { Controller } from '../../../src/app/controller';
import { runCommand } from '../../../src/app/run-command';
import { tickPrompt, type TickReport } from '../../../src/app/tick-prompt';
import { assign } from '../../../src/core/assignment/assignment';
import { runningOf, type Comparison } from '../../../src/core/comparison/comparison';
import type { ComparisonWish } from '../../../src/core/comparison/wish';
import { RampartError } from '../../../src/core/errors';
import type { PromptItem } from '../../../src/core/item/prompt-item';
import { isTerminal } from '../../../src/core/rollout/rollout';
import { createLangfuseData } from '../../../src/local/langfuse/data';
import { inMemoryLangfuse } from '../../../src/local/langfuse/in-memory';
import { seededRandom } from '../../../src/local/random';
import { memoryController } from '../../../src/local/replay/replay';

export const PROMPT = 'assistant';
export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const START_MS = Date.UTC(2026, 0, 12);

const POLICY = {
  guardrails: [{ metric: 'score:helpful', direction: 'higher_is_better', margin: 0.2 }],
  steps: [{ percent: 50, bake: '1h' }],
  watch: '1h',
  settle: '1m',
};

export interface WorldOptions {
  /** Share of helpful answers, by version. Version 1 is in production. */
  rates: Readonly<Record<number, number>>;
  seed?: number;
  usersPerTick?: number;
  policy?: object;
  /** The process dies at this call of a port, before or after its effect; the next tick is another process. */
  death?: { at: number; isAfterEffect: boolean } | null;
}

/** A prompt in an in-memory Langfuse whose users judge each answer yes or no, the whole controller, and a virtual clock. */
export function comparisonWorld({ rates, seed = 1, usersPerTick = 100, policy = POLICY, death = null }: WorldOptions) {
  const data = createLangfuseData();
  const random = seededRandom(seed);
  const clock = { nowMs: START_MS };
  const base = memoryController(() => clock.nowMs, data, {
    defaultPolicy: policy,
    tickEveryMs: 10 * MINUTE_MS,
    verifyDeadlineMs: HOUR_MS,
  });
  const mail = memoryMailSender();
  const calls = { count: 0 };
  const problems: string[] = [];
  const dying = <Port extends object>(port: Port): Port => dyingPort(port, calls, death);
  const controller: Controller = {
    ...base,
    mail: dying(mail),
    alerts: dying(base.alerts),
    objects: dying(base.objects),
    store: dying({
      ...base.store,
      async write(item: PromptItem) {
        const before = await base.store.read(item.prompt);
        await base.store.write(item);
        problems.push(...wrongWrites(before, item));
      },
    }),
    langfuse: dying(inMemoryLangfuse(data, () => clock.nowMs)),
    log: () => {},
  };
  for (const version of Object.keys(rates).map(Number)) {
    data.createPrompt(
      { name: PROMPT, prompt: `text ${version}`, labels: version === 1 ? ['production'] : [] },
      START_MS - HOUR_MS,
    );
  }
  const arms = new Map<string, string>();
  let users = 0;

  async function serve(fromMs: number): Promise<void> {
    const assignment = await base.store.readAssignment(PROMPT);
    const production = data.prompts.byLabel(PROMPT, 'production')?.version ?? 1;
    for (let i = 0; i < usersPerTick; i++) {
      const userId = random() < 0.3 && users > 0 ? `user-${Math.floor(random() * users)}` : `user-${users++}`;
      const served = assignment === null ? null : assign(assignment, userId);
      const version = served?.version ?? production;
      noteArm(assignment?.experiment ?? null, userId, served?.arm ?? '');
      const startMs = fromMs + Math.floor((i / usersPerTick) * 8 * MINUTE_MS);
      const id = `${startMs}-${i}-${userId}`;
      data.addObservation({
        id,
        traceId: `t-${id}`,
        type: 'GENERATION',
        startMs,
        endMs: startMs + 500,
        userId,
        promptName: PROMPT,
        promptVersion: version,
      });
      data.addScore({
        id: `s-${id}`,
        name: 'helpful',
        dataType: 'BOOLEAN',
        value: random() < (rates[version] ?? 0) ? 1 : 0,
        subject: { kind: 'trace', traceId: `t-${id}` },
        timestampMs: startMs + 1000,
      });
    }
  }

  /** A unit keeps its arm, unless the arm was taken out: then it is in the control's from then on. */
  function noteArm(experiment: string | null, userId: string, arm: string): void {
    if (experiment?.includes('/compare/') !== true) return;
    const key = `${experiment} ${userId}`;
    const before = arms.get(key);
    if (before !== undefined && before !== arm && arm !== 'a') problems.push(`${userId} went from ${before} to ${arm}`);
    arms.set(key, arm);
  }

  return {
    data,
    clock,
    controller,
    calls,
    problems,
    mails: mail.sent,
    alerts: base.alerts as unknown as { sent: { attributes: Record<string, string>; id: string }[] },
    item: async (): Promise<PromptItem> => (await base.store.read(PROMPT))!,
    comparison: async (): Promise<Comparison> => (await base.store.read(PROMPT))!.comparison!,
    /** Users for ten minutes, then a tick; a process that dies is followed by another one. */
    async step(): Promise<TickReport | null> {
      await serve(clock.nowMs);
      clock.nowMs += 10 * MINUTE_MS;
      return survive(() => tickPrompt(controller, PROMPT, clock.nowMs));
    },
    async start(wish: Partial<ComparisonWish> = {}): Promise<void> {
      await tickPrompt(controller, PROMPT, clock.nowMs);
      const variants = Object.keys(rates).map((version, index) => ({
        name: 'abcdefgh'[index]!,
        version: Number(version),
      }));
      await startComparisonByHand(controller, { ...WISH, variants, ...wish }, clock.nowMs);
    },
    command: (kind: 'pause' | 'resume' | 'stop_comparison' | 'abort') =>
      runCommand(controller, { kind, prompt: PROMPT, by: 'ada', because: 'a reason' }, clock.nowMs),
  };
}

export const WISH: ComparisonWish = {
  prompt: PROMPT,
  by: 'ada',
  because: '',
  variants: [],
  shares: null,
  control: null,
  policyOf: null,
  metric: 'helpful',
  direction: null,
  range: null,
  margin: 0.1,
  forMs: 24 * HOUR_MS,
  atLeastMs: HOUR_MS,
  onWinner: 'rollout',
};

class Died extends Error {}

async function survive<Result>(work: () => Promise<Result>): Promise<Result | null> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Died) return null;
    throw error;
  }
}

function dyingPort<Port extends object>(port: Port, calls: { count: number }, death: WorldOptions['death']): Port {
  return new Proxy(port, {
    get(target, key, receiver) {
      const method: unknown = Reflect.get(target, key, receiver);
      if (typeof method !== 'function') return method;
      return async (...args: unknown[]) => {
        const isLast = death !== null && death !== undefined && calls.count === death.at;
        calls.count++;
        if (isLast && !death.isAfterEffect) throw new Died(`before ${String(key)}`);
        const result: unknown = await Reflect.apply(method, target, args);
        if (isLast) throw new Died(`after ${String(key)}`);
        return result;
      };
    },
  });
}

/** What no write may do. */
function wrongWrites(before: PromptItem | null, after: PromptItem): string[] {
  const wrong: string[] = [];
  const [from, to] = [before?.comparison ?? null, after.comparison];
  const running = runningOf(to);
  const isRolling = after.rollout !== null && !isTerminal(after.rollout.phase);
  if (running !== null && isRolling) wrong.push('a rollout and a comparison run at the same time');
  if (from !== null && to !== null && from.id === to.id) {
    if (from.phase === 'ended' && to.phase === 'running') wrong.push('a comparison that had ended runs again');
    for (const [index, arm] of to.arms.entries()) {
      const was = from.arms[index]!;
      if (was.dropped !== null && arm.dropped?.atMs !== was.dropped.atMs) wrong.push(`${arm.name} came back`);
      if (arm.from !== was.from || arm.to !== was.to) wrong.push(`the range of ${arm.name} changed`);
    }
  }
  const served = new Set(after.assignment.arms.map(({ version }) => version));
  for (const { version, dropped } of running?.arms ?? []) {
    if (served.has(version) === (dropped !== null)) wrong.push(`version ${version} is served: ${served.has(version)}`);
  }
  if (running === null && to !== null && after.assignment.experiment === to.id)
    wrong.push('an ended comparison is served');
  if (before !== null && after.assignment.epoch < before.assignment.epoch) wrong.push('the epoch went back');
  return wrong;
}

export function refusal(error: unknown): string {
  return error instanceof RampartError ? `${error.message} | ${error.hint}` : String(error);
}
