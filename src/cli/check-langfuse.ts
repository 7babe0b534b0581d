import { isRampartError, RampartError } from '../core/errors';
import type { Langfuse } from '../core/ports';

/** One thing that was tried; `problem` null = it works. */
export interface Check {
  name: string;
  problem: Error | null;
}

const HOUR_MS = 3_600_000;
/** Asking for the rows of no prompt in particular costs a request and brings nothing. */
const NOTHING = 'rampart-doctor';

/**
 * Tries what the controller needs of Langfuse, reading only: address, keys, and each part of the API. What is wrong with
 * the whole server ends the trying.
 */
export async function checkLangfuse(langfuse: Langfuse, candidateLabel: string, nowMs: number): Promise<Check[]> {
  const page = { fromMs: nowMs - HOUR_MS, toMs: nowMs, cursor: null, limit: 1 };
  const parts: [name: string, attempt: () => Promise<unknown>][] = [
    ['prompts', () => langfuse.promptsWithLabel(candidateLabel)],
    ['observations v2', () => langfuse.listObservations({ prompt: NOTHING, ...page })],
    ['scores v3', () => langfuse.listScores({ names: [NOTHING], ...page })],
  ];
  const checks: Check[] = [];
  for (const [name, attempt] of parts) {
    const problem = await problemOf(attempt);
    checks.push({ name, problem });
    if (isRampartError(problem, 'provider_auth', 'provider_unavailable')) break;
  }
  return checks;
}

/** Two versions that hold one label: Langfuse answers with either, so nothing can be decided on it. */
export async function checkLabels(langfuse: Langfuse, candidateLabel: string): Promise<Check> {
  const problem = await problemOf(async () => {
    for (const prompt of await langfuse.promptsWithLabel(candidateLabel)) {
      for (const label of ['production', candidateLabel]) {
        const holders = await langfuse.versionsWithLabel(prompt, label);
        if (holders.length > 1) throw heldTwice(prompt, label, holders);
      }
    }
  });
  return { name: 'labels', problem };
}

function heldTwice(prompt: string, label: string, holders: readonly number[]): RampartError {
  return new RampartError(
    'provider_bad_response',
    `label ${label} of ${prompt}: expected one version to hold it, got ${holders.join(' and ')}`,
    { hint: 'Give the label to the right version once more, in Langfuse; that takes it from the others.' },
  );
}

async function problemOf(attempt: () => Promise<unknown>): Promise<Error | null> {
  try {
    await attempt();
    return null;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
