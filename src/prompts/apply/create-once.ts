import { isRampartError } from '../../core/errors';
import type { PromptSync } from '../../core/ports';
import type { Action } from '../plan/plan';
import { waitBefore, type Politeness } from '../remote/polite-sync';
import { isMadeBy } from './progress';
import { readMade } from './read-progress';

/**
 * Makes a version once. A creation is not idempotent, so after one whose outcome is not known (no answer, an answer that cannot
 * be read, a failure of the server) the newest versions are read back, and only when none of them is it, by content and
 * commit message, it is tried again.
 * @param newest highest version before; 0 = none
 * @returns the version's number
 * @throws RampartError of the last try, when it was not made
 */
export async function createOnce(
  sync: PromptSync,
  prompt: string,
  action: Extract<Action, { kind: 'create_version' }>,
  newest: number,
  politeness: Politeness,
): Promise<number> {
  const { body, config, tags, commitMessage } = action;
  const labels = action.labels.map(({ label }) => label);
  for (let attempt = 1; ; attempt++) {
    try {
      return (await sync.createVersion({ prompt, body, config, labels, tags, commitMessage })).version;
    } catch (error) {
      if (!isRampartError(error)) throw error;
      const isUnknown = isRampartError(error, 'provider_unavailable', 'provider_bad_response');
      const made = isUnknown ? await findMade(sync, prompt, action, newest) : null;
      if (made !== null) return made;
      const waitMs = waitBefore(error, attempt, politeness);
      if (waitMs === null) throw error;
      await politeness.wait(waitMs);
      // A server that was slow may have made it while we waited.
      const late = isUnknown ? await findMade(sync, prompt, action, newest) : null;
      if (late !== null) return late;
    }
  }
}

async function findMade(
  sync: PromptSync,
  prompt: string,
  action: Extract<Action, { kind: 'create_version' }>,
  newest: number,
): Promise<number | null> {
  const listed = await sync.listPrompt(prompt);
  const made = await readMade(sync, prompt, listed?.versions.filter((version) => version > newest) ?? []);
  return made.find((version) => isMadeBy(version, action))?.version ?? null;
}
