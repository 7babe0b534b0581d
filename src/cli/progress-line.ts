import type { Io } from './io';

/** A line on stderr that says how far something is, on a terminal only; gone when it ends. */
export interface ProgressLine {
  show: (done: number, of: number) => void;
  end: () => void;
}

/** @param what is being done, such as `reading Langfuse` */
export function progressLine(io: Io, what: string): ProgressLine {
  if (!io.stderr.color) return { show: () => {}, end: () => {} };
  let shown = '';
  return {
    show(done, of) {
      const line = `${what} ${Math.floor((100 * done) / Math.max(1, of))} % (${done} of ${of})`;
      if (line === shown) return;
      shown = line;
      io.stderr.write(`\r\u001B[K${line}`);
    },
    end() {
      if (shown !== '') io.stderr.write('\r\u001B[K');
    },
  };
}
