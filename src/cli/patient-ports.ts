import { setTimeout as delay } from 'node:timers/promises';
import type { Controller } from '../app/controller';
import { isRampartError } from '../core/errors';
import { formatRoughly } from '../core/policy/duration';
import type { Langfuse, RequestBudget } from '../core/ports';
import type { Io } from './io';

/** After a 429 that does not say how long. */
const DEFAULT_WAIT_MS = 60_000;
const MAX_WAITS = 20;

/** Ports that wait where a tick would stop until the next one: for a command that somebody watches. */
export function patientPorts<Ports extends Pick<Controller, 'langfuse' | 'budget'>>(ports: Ports, io: Io): Ports {
  const wait = async (ms: number, why: string): Promise<void> => {
    io.stderr.write(`${why}: waiting ${formatRoughly(ms)}\n`);
    await delay(ms);
  };
  return { ...ports, langfuse: patientLangfuse(ports.langfuse, wait), budget: patientBudget(ports.budget, io, wait) };
}

type Wait = (ms: number, why: string) => Promise<void>;

function patientLangfuse(langfuse: Langfuse, wait: Wait): Langfuse {
  async function patiently<Answer>(request: () => Promise<Answer>): Promise<Answer> {
    for (let waits = 0; ; waits++) {
      try {
        return await request();
      } catch (error) {
        if (!isRampartError(error, 'provider_rate_limited') || waits >= MAX_WAITS) throw error;
        await wait(error.retryAfterMs ?? DEFAULT_WAIT_MS, 'Langfuse asks for fewer requests');
      }
    }
  }
  return {
    ...langfuse,
    listObservations: (query) => patiently(() => langfuse.listObservations(query)),
    listScores: (query) => patiently(() => langfuse.listScores(query)),
    rootsOfTraces: (traceIds) => patiently(() => langfuse.rootsOfTraces(traceIds)),
  };
}

/** The time of the request is the real one, not that of the command's start. */
function patientBudget(budget: RequestBudget, io: Io, wait: Wait): RequestBudget {
  return {
    ...budget,
    async take(wanted, purpose) {
      for (;;) {
        const taken = await budget.take(wanted, purpose, io.now());
        if (taken.granted > 0) return taken;
        await wait(Math.max(100, taken.retryAtMs - io.now()), 'the budget of Langfuse requests is used up for now');
      }
    },
  };
}
