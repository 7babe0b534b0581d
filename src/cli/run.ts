import { takeStateLock } from '../adapters/local/state-lock';
import { handBackAll } from '../app/hand-back';
import { formatDuration, parseDuration } from '../core/policy/duration';
import { show } from '../core/policy/problem';
import { checkLangfuse } from './check-langfuse';
import { answering } from './execute';
import type { Io, Output } from './io';
import { environmentBaseUrl, langfuseAccess } from './langfuse-access';
import { localController, userLangfuse } from './local-controller';
import { readLocalConfig, type LocalConfig } from './local-config';
import { paintFor } from './paint';
import { CommandProblem, type ExitCode } from './problem';
import { configFileOf, rememberConfig } from './remembered-config';
import { keepTicking } from './keep-ticking';

export interface RunOptions {
  folder: string;
  /** As given; undefined = the one of the last run. */
  configFile: string | undefined;
  /** null = as the configuration says. */
  everyMs: number | null;
  once: boolean;
  json: boolean;
}

const SHORTEST_EVERY_MS = 100;

/**
 * Reads `--every`.
 * @throws CommandProblem `usage`
 */
export function parseEvery(text: string): number {
  const ms = parseDuration(text);
  if (ms !== null && ms >= SHORTEST_EVERY_MS) return ms;
  throw new CommandProblem(
    'usage',
    `--every: expected a duration of at least ${SHORTEST_EVERY_MS}ms with its unit, such as '15m' or '5s', got ${show(text)}`,
  );
}

/**
 * The controller on this machine, against a real Langfuse. Everything is checked before anything is changed; state is
 * written as a whole or not at all, so that a killed run goes on where it was.
 */
export async function run(options: RunOptions, io: Io): Promise<ExitCode> {
  const { folder, everyMs } = options;
  const configFile = await configFileOf(folder, options.configFile, io);
  const config = withEvery(readLocalConfig(configFile, environmentBaseUrl(io.env)), everyMs);
  const access = langfuseAccess(io.env, config.fileBaseUrl);
  const langfuse = userLangfuse(access, config);
  const failed = (await checkLangfuse(langfuse, config.settings.candidateLabel, io.now())).find(
    ({ problem }) => problem,
  );
  if (failed?.problem) throw failed.problem;
  const out = options.json ? io.stderr : io.stdout;
  const controller = await localController(folder, config, langfuse, io.now, announcing(out));
  const lock = await takeStateLock({ folder, what: 'run', nowMs: io.now(), answer: answering(controller, io.now) });
  try {
    await rememberConfig(folder, configFile);
    await handBackAll(controller);
    await controller.store.publish();
    out.write(`rampart run: ${access.baseUrl}, ${describeRun(options, config, configFile)}\n`);
    return await keepTicking(controller, options, io, out);
  } finally {
    await lock.release();
  }
}

function withEvery(config: LocalConfig, everyMs: number | null): LocalConfig {
  return everyMs === null ? config : { ...config, settings: { ...config.settings, tickEveryMs: everyMs } };
}

function describeRun({ folder, once }: RunOptions, { settings }: LocalConfig, configFile: string | null): string {
  const often = once ? 'one tick' : `a tick every ${formatDuration(settings.tickEveryMs)}`;
  return `${often}, state in ${folder}, ${configFile === null ? 'no configuration file' : `configuration ${configFile}`}`;
}

/** Alerts and troubles among the ticks. */
function announcing(out: Output): Parameters<typeof localController>[4] {
  const paint = paintFor(out);
  return {
    alert: ({ subject }) => out.write(`${paint('warn', 'ALERT')} ${subject}\n`),
    log: ({ level, event, prompt, ...facts }) => {
      if (level === 'info') return;
      const details = typeof facts['problem'] === 'string' ? facts['problem'] : JSON.stringify(facts);
      out.write(`${paint(level === 'error' ? 'bad' : 'warn', event)} ${prompt ?? ''} ${details}\n`);
    },
  };
}
