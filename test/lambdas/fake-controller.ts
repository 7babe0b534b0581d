import type { Controller, LogEvent } from '../../src/app/controller';
import type { HandlerDeps } from '../../lambdas/handler';

export const NOW_MS = Date.UTC(2026, 10, 23, 10);

/** Handler dependencies around a controller that only logs; the use cases are replaced by the test. */
export function fakeDeps() {
  const lines: LogEvent[] = [];
  const controller = { log: (event: LogEvent) => lines.push(event) } as unknown as Controller;
  const deps: HandlerDeps = { controller: () => Promise.resolve(controller), now: () => NOW_MS };
  return { deps, controller, lines, events: () => lines.map(({ event }) => event) };
}
