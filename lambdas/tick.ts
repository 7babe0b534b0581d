import type { Controller } from '../src/app/controller';
import { dispatchTicks } from '../src/app/dispatch-ticks';
import { tickPrompt, type TickReport } from '../src/app/tick-prompt';
import { DISPATCH_SUCCEEDED, TICK_SUCCEEDED } from '../src/core/config/heartbeat';
import { errorFacts, failingLoudly, type Handler, type HandlerDeps } from './handler';
import { parseTickEvent, parseTickMessage, type QueuedMessage } from './tick-event';
import { awsDeps } from './wire';

/** Partial batch response: the messages named here stay in the queue and are retried, then kept as dead letters. */
export interface TickResponse {
  batchItemFailures: { itemIdentifier: string }[];
}

/**
 * The controller's heart beat. A schedule event looks up the prompts and queues one message each; a queue message ticks
 * its prompt, so that one that fails or is slow stops no other.
 * @throws what dispatching throws, and RampartError `bad_input` for an event that is neither
 */
export function makeHandler(deps: HandlerDeps): Handler<TickResponse> {
  return async (event) => {
    const controller = await deps.controller();
    const parsed = await failingLoudly(controller.log, { event: 'event_refused' }, async () => parseTickEvent(event));
    if (parsed.kind === 'schedule') {
      await dispatch(controller, deps.now());
      return { batchItemFailures: [] };
    }
    const failed: string[] = [];
    for (const message of parsed.messages) {
      const done = await tick(controller, message, deps.now());
      if (!done) failed.push(message.messageId);
    }
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
  };
}

async function dispatch(controller: Controller, nowMs: number): Promise<void> {
  await failingLoudly(controller.log, { event: 'dispatch_failed' }, async () => {
    const { prompts } = await dispatchTicks(controller, nowMs);
    controller.log({ level: 'info', event: DISPATCH_SUCCEEDED, prompts: prompts.length });
  });
}

/** @returns false when the message must stay in the queue; the failure is logged. */
async function tick(controller: Controller, message: QueuedMessage, nowMs: number): Promise<boolean> {
  let prompt = '';
  try {
    ({ prompt } = parseTickMessage(message.body));
    logTick(controller, await tickPrompt(controller, prompt, nowMs));
    return true;
  } catch (error) {
    controller.log({
      level: 'error',
      event: 'tick_failed',
      prompt,
      messageId: message.messageId,
      ...errorFacts(error),
    });
    return false;
  }
}

/** A tick that lost against another writer changed nothing: no failure, and no heart beat either. */
function logTick({ log }: Controller, { prompt, outcome, rollout, read, problem }: TickReport): void {
  const facts = { prompt, outcome, rollout: rollout?.id ?? null, phase: rollout?.phase ?? null, read, problem };
  if (outcome === 'conflict') log({ level: 'warn', event: 'tick_lost', ...facts });
  else log({ level: 'info', event: TICK_SUCCEEDED, ...facts });
}

export const handler = makeHandler(awsDeps());
