import type { Assignment } from '../../core/assignment/assignment';
import type { PromptStore } from '../../core/ports';
import { writeAtomically } from './atomic-file';
import { oneAtATime } from './one-at-a-time';

/** A store whose assignments are also in a file, for runtimes. */
export interface PublishingStore extends PromptStore {
  /** Writes the file as the store is now, if it is not known to be so already. Failures go to `onFailure`. */
  publish(): Promise<void>;
}

/**
 * Writes all assignments to a file, as a whole, after each write that changes one: `{"schema": 1, "maxAgeMs": …,
 * "assignments": […]}`. The item is the truth: when the file cannot be written the write stands, and the next one, or
 * `publish`, tries again.
 */
export function publishingStore(
  store: PromptStore,
  options: { path: string; maxAgeMs: number; onFailure: (error: unknown) => void },
): PublishingStore {
  const inTurn = oneAtATime();
  let published: Map<string, string> | null = null;

  async function writeFile(): Promise<void> {
    const assignments = await listAll(store);
    assignments.sort((a, b) => (a.prompt < b.prompt ? -1 : 1));
    const list = { schema: 1, maxAgeMs: options.maxAgeMs, assignments };
    await writeAtomically(options.path, `${JSON.stringify(list, null, 2)}\n`);
    published = new Map(assignments.map((assignment) => [assignment.prompt, JSON.stringify(assignment)]));
  }

  async function publishUnless(isDone: () => boolean): Promise<void> {
    await inTurn('file', async () => {
      if (isDone()) return;
      try {
        await writeFile();
      } catch (error) {
        published = null;
        options.onFailure(error);
      }
    });
  }

  return {
    ...store,
    async write(item) {
      await store.write(item);
      const text = JSON.stringify(item.assignment);
      await publishUnless(() => published?.get(item.prompt) === text);
    },
    publish: () => publishUnless(() => published !== null),
  };
}

async function listAll(store: PromptStore): Promise<Assignment[]> {
  const all: Assignment[] = [];
  let cursor: string | null = null;
  do {
    const page = await store.listAssignments(cursor);
    all.push(...page.assignments);
    cursor = page.cursor;
  } while (cursor !== null);
  return all;
}
