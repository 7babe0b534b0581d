import type { LogEvent } from '../src/app/controller';

/** One JSON object a line, as the stack's metric filters read it. */
export function writeLog(event: LogEvent): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}
