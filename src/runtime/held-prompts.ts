import type { FetchPrompt } from './langfuse-client';
import { unrefTimer, withDeadline } from './refresher';

/** Most prompt objects fetched at the same time. */
const FETCHES = 4;
const FIRST_RETRY_MS = 250;

export interface HeldPromptsOptions {
  /** null = there is no Langfuse client: every version counts as held, and no object is. */
  fetchPrompt: FetchPrompt | null;
  timeoutMs: number;
  /** The longest wait between two attempts of a version that cannot be fetched. */
  retryMs: number;
  /** Called when a version of this prompt has been fetched, or could not be. */
  onSettled: (prompt: string) => void;
  onFailure: (prompt: string, version: number, error: unknown) => void;
}

/** The prompt objects that may be served, kept for as long as they are wanted. */
export interface HeldPrompts {
  /** Names all versions of a prompt that are wanted: the rest is dropped, what is missing is fetched. */
  want(prompt: string, versions: ReadonlySet<number>): void;
  isHeld(prompt: string, version: number): boolean;
  /** Whether the last attempt to fetch it failed. */
  hasFailed(prompt: string, version: number): boolean;
  objectOf(prompt: string, version: number): object | null;
  /** Whether a wanted version has not been tried yet. */
  isFetching(): boolean;
  close(): void;
}

interface Slot {
  object: object | null;
  failures: number;
  isQueued: boolean;
}

/** Starts empty. */
export function holdPrompts(options: HeldPromptsOptions): HeldPrompts {
  const prompts = new Map<string, Map<number, Slot>>();
  const queue: { prompt: string; version: number; slot: Slot }[] = [];
  const aborts = new Set<AbortController>();
  const retries = new Set<NodeJS.Timeout>();
  let isClosed = false;
  const { fetchPrompt } = options;

  const slotOf = (prompt: string, version: number): Slot | undefined => prompts.get(prompt)?.get(version);
  const isWanted = (prompt: string, version: number, slot: Slot): boolean =>
    !isClosed && slotOf(prompt, version) === slot;

  const enqueue = (prompt: string, version: number, slot: Slot): void => {
    slot.isQueued = true;
    queue.push({ prompt, version, slot });
    work();
  };

  const work = (): void => {
    if (fetchPrompt === null || isClosed) return;
    while (aborts.size < FETCHES) {
      const next = queue.shift();
      if (next === undefined) return;
      if (isWanted(next.prompt, next.version, next.slot)) void fetchOne(fetchPrompt, next);
    }
  };

  const fetchOne = async (fetch: FetchPrompt, { prompt, version, slot }: (typeof queue)[number]): Promise<void> => {
    const abort = new AbortController();
    aborts.add(abort);
    try {
      slot.object = await withDeadline(() => fetch(prompt, version, options.timeoutMs), abort, options.timeoutMs);
      slot.failures = 0;
    } catch (error) {
      slot.failures++;
      if (isWanted(prompt, version, slot)) {
        options.onFailure(prompt, version, error);
        retryLater(prompt, version, slot);
      }
    }
    aborts.delete(abort);
    slot.isQueued = false;
    work();
    if (isWanted(prompt, version, slot)) options.onSettled(prompt);
  };

  const retryLater = (prompt: string, version: number, slot: Slot): void => {
    const waitMs = Math.min(options.retryMs, FIRST_RETRY_MS * 2 ** Math.min(slot.failures, 20));
    const timer = unrefTimer(() => {
      retries.delete(timer);
      if (isWanted(prompt, version, slot)) enqueue(prompt, version, slot);
    }, waitMs);
    retries.add(timer);
  };

  return {
    want(prompt, versions) {
      if (fetchPrompt === null) return;
      const slots = prompts.get(prompt) ?? new Map<number, Slot>();
      prompts.set(prompt, slots);
      for (const version of slots.keys()) if (!versions.has(version)) slots.delete(version);
      for (const version of versions) {
        if (slots.has(version)) continue;
        const slot = { object: null, failures: 0, isQueued: false };
        slots.set(version, slot);
        enqueue(prompt, version, slot);
      }
    },
    isHeld: (prompt, version) => fetchPrompt === null || (slotOf(prompt, version)?.object ?? null) !== null,
    hasFailed: (prompt, version) => (slotOf(prompt, version)?.failures ?? 0) > 0,
    objectOf: (prompt, version) => slotOf(prompt, version)?.object ?? null,
    isFetching: () =>
      [...prompts.values()].some((slots) => [...slots.values()].some((slot) => slot.isQueued && slot.failures === 0)),
    close() {
      isClosed = true;
      for (const timer of retries) clearTimeout(timer);
      for (const abort of aborts) abort.abort();
    },
  };
}
