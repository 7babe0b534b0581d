import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startLangfuseStandIn, type StandIn } from '../../src/local/langfuse/server';
import { rampart, type Ended } from './test-io';
import { standInEnvironment } from './stand-in-environment';

/** A repository with prompts, and the Langfuse that its environment names. */
export interface Repository {
  cwd: string;
  standIn: StandIn;
  env: Record<string, string>;
  /** Writes a file, relative to the repository. */
  write: (file: string, text: string) => void;
  run: (...argv: string[]) => Promise<Ended>;
  close: () => Promise<void>;
}

export const NOW_MS = Date.UTC(2026, 10, 22, 12);

export async function startRepository(): Promise<Repository> {
  let nowMs = NOW_MS;
  const standIn = await startLangfuseStandIn({ nowMs: () => (nowMs += 1000) });
  const cwd = mkdtempSync(join(tmpdir(), 'rampart-deploy-'));
  const env = standInEnvironment(standIn);
  return {
    cwd,
    standIn,
    env,
    write(file, text) {
      mkdirSync(dirname(join(cwd, file)), { recursive: true });
      writeFileSync(join(cwd, file), text);
    },
    run: (...argv) => rampart({ cwd, env, now: () => nowMs }, ...argv),
    async close() {
      await standIn.close();
      rmSync(cwd, { recursive: true });
    },
  };
}

/** A Markdown prompt. */
export function markdown(name: string, text: string, front = ''): string {
  return `---\nname: ${name}\nversion: 1.0.0\n${front}---\n\n${text}\n`;
}
