import { holdPrompts } from './held-prompts';
import { knowPrompts, type KnownPrompts } from './known-prompts';
import { promptFetcher, type LangfuseClient, type PromptObjects } from './langfuse-client';
import { startRefresher } from './refresher';
import type { Resolution } from './resolution';
import { checkOptions, type RouterOptions, type RouterProblem } from './router-options';
import { SourceError } from './sources/source';

const DEFAULT_READY_MS = 5000;
/** The longest time of a timer; a longer one would be none. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Who asks. */
export interface UnitContext {
  /** The id of what is randomised: the policy's unit, by default the user. */
  unit: string;
  /** The version for when no assignment tells one. */
  fallback?: number;
}

/** An answer with the Langfuse SDK's own prompt object; null where that is not held. */
export interface Served<Prompt> {
  resolution: Resolution;
  prompt: Prompt | null;
}

/** Answers which version a unit gets. No method throws, and none but `ready` waits. */
export interface Router<Client extends LangfuseClient = never> {
  /** Which version a unit gets, and why. */
  resolve(prompt: string, context: UnitContext): Resolution;
  /** The same with the prompt object of that version, in one moment. `type` only tells TypeScript which object it is. */
  serve(prompt: string, context: UnitContext & { type?: 'text' }): Served<PromptObjects<Client>['text']>;
  serve(prompt: string, context: UnitContext & { type: 'chat' }): Served<PromptObjects<Client>['chat']>;
  /** The prompt object of the unit's version; `fallbackPrompt`, else null, while it is not held. */
  getPrompt<Fallback = null>(
    prompt: string,
    context: UnitContext & { type?: 'text'; fallbackPrompt?: Fallback },
  ): PromptObjects<Client>['text'] | Fallback;
  getPrompt<Fallback = null>(
    prompt: string,
    context: UnitContext & { type: 'chat'; fallbackPrompt?: Fallback },
  ): PromptObjects<Client>['chat'] | Fallback;
  /**
   * Waits for the first assignments and their prompt objects; later, when a read is long overdue as after a freeze, for
   * that read. Does not wait for a source that is down once it has answered.
   * @param options `timeoutMs`: the longest wait, default 5000
   * @returns whether assignments are there that are not too old
   */
  ready(options?: { timeoutMs?: number }): Promise<boolean>;
  /** Serves a unit this version from now on, whatever the assignment says; null, or what is no version, ends it. */
  override(prompt: string, unit: string, version: number | null): void;
  /** The kill switch: true serves everyone the stable version until it is false again. */
  kill(isKilled: boolean): void;
  /** Stops refreshing; what is held is served on until it is too old. */
  close(): void;
}

/**
 * Starts reading assignments in the background.
 * @throws TypeError for options that cannot be; nothing else ever throws
 */
export function createRouter<Client extends LangfuseClient = never>(options: RouterOptions<Client>): Router<Client> {
  const settings = checkOptions(options);
  const fetchPrompt = options.langfuse === undefined ? null : promptFetcher(options.langfuse);
  const waiting = new Set<() => void>();
  let isKilledByCaller = settings.isKilled;

  // What a listener throws, at once or later, is not the request's business.
  const onProblem = (problem: RouterProblem): void => {
    void (async () => settings.onProblem(problem))().catch(() => {});
  };
  const tellWaiting = (): void => [...waiting].forEach((check) => check());
  const held = holdPrompts({
    fetchPrompt,
    timeoutMs: settings.timeoutMs,
    retryMs: settings.refreshMs,
    onSettled(prompt) {
      known.settle(prompt);
      tellWaiting();
    },
    onFailure(prompt, version, error) {
      const message = `prompt "${prompt}", version ${version}: ${messageOf(error)}`;
      onProblem({ code: 'VERSION_UNAVAILABLE', message, prompt });
    },
  });
  const known: KnownPrompts = knowPrompts({
    ...settings,
    held,
    onProblem,
    onStale: () => refresher.nudge(),
  });
  const applyKillSwitch = (): void => known.kill(isKilledByCaller || settings.isKilledByEnvironment());
  applyKillSwitch();
  for (const [prompt, version] of Object.entries(settings.fallbacks)) known.setFallback(prompt, version);
  for (const [prompt, units] of Object.entries(settings.overrides)) {
    for (const [unit, version] of Object.entries(units)) known.override(prompt, unit, version);
  }
  const refresher = startRefresher({
    refreshMs: settings.refreshMs,
    timeoutMs: settings.timeoutMs,
    now: settings.now,
    async attempt(signal) {
      const startedAtMs = settings.now();
      applyKillSwitch();
      const answer = await options.source.read(signal);
      if (signal.aborted) return;
      known.accept(answer, startedAtMs);
    },
    onFailure(error) {
      const code = error instanceof SourceError ? error.code : 'SOURCE_UNAVAILABLE';
      known.noteFailure(code);
      onProblem({ code, message: messageOf(error), prompt: null });
    },
    onSettled: tellWaiting,
    retryAfterMsOf: (error) => (error instanceof SourceError ? error.retryAfterMs : null),
  });

  function serve(prompt: string, context: UnitContext): Served<object> {
    const resolution = known.resolve(prompt, context);
    const { version } = resolution;
    if (version === null) return { resolution, prompt: null };
    if (version === context?.fallback) known.wantFallback(prompt, version);
    return { resolution, prompt: held.objectOf(prompt, version) };
  }

  /** Nothing is awaited any more: there are assignments, no overdue read is under way, every prompt object was tried. */
  function isSettled(): boolean {
    const ageMs = known.ageMs();
    if (ageMs === null || held.isFetching()) return false;
    return !refresher.isRunning() || ageMs <= settings.refreshMs + settings.timeoutMs;
  }

  function ready({ timeoutMs = DEFAULT_READY_MS } = {}): Promise<boolean> {
    refresher.nudge();
    if (isSettled()) return Promise.resolve(known.isCurrent());
    return new Promise((resolve) => {
      const finish = (): void => {
        clearTimeout(timer);
        waiting.delete(check);
        resolve(known.isCurrent() && !held.isFetching());
      };
      const check = (): void => {
        if (isSettled()) finish();
      };
      // Somebody waits for this one: it keeps the process alive.
      const timer = setTimeout(finish, Math.min(timeoutMs, LONGEST_TIMER_MS));
      waiting.add(check);
    });
  }

  const router = {
    resolve: (prompt: string, context: UnitContext) => known.resolve(prompt, context),
    serve,
    getPrompt: (prompt: string, context: UnitContext & { fallbackPrompt?: unknown }) =>
      serve(prompt, context).prompt ?? context?.fallbackPrompt ?? null,
    ready,
    override: (prompt: string, unit: string, version: number | null) => known.override(prompt, unit, version),
    kill(isKilled: boolean) {
      isKilledByCaller = isKilled;
      applyKillSwitch();
    },
    close() {
      refresher.close();
      held.close();
      known.close();
    },
  };
  return router as Router<Client>;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
