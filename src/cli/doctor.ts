import { stateOwner } from '../adapters/local/state-lock';
import { allPrompts } from '../app/report/all-prompts';
import type { Langfuse } from '../core/ports';
import { checkLabels, checkLangfuse } from './check-langfuse';
import type { Io } from './io';
import { environmentBaseUrl, langfuseAccess } from './langfuse-access';
import { userLangfuse } from './local-controller';
import { readLocalConfig } from './local-config';
import { errorFacts, EXIT, exitCodeOf, type ErrorFacts, type ExitCode } from './problem';
import { configFileOf } from './remembered-config';
import { storedState } from './stored-state';
import type { Target } from './target';

/** One thing that was looked at. */
export interface Finding {
  name: string;
  ok: boolean;
  /** What was found. */
  detail: string;
  problem: ErrorFacts | null;
}

export interface DoctorOptions {
  /** Where the state is, or would be. */
  folder: string;
  /** null = there is no state yet. */
  target: Target | null;
  configFile: string | undefined;
}

type Examination = { findings: Finding[]; exit: ExitCode };

/** Looks at everything that a run needs and changes nothing. The exit code is that of the first thing that is wrong. */
export async function examine(options: DoctorOptions, io: Io): Promise<Examination> {
  const examination: Examination = { findings: [], exit: EXIT.ok };
  const access = await look(examination, 'configuration and keys', () => findLangfuse(options, io));
  if (access !== null) await lookAtLangfuse(examination, access, io);
  await look(examination, 'state', async () => ({ detail: await describeState(options, io) }));
  return examination;
}

interface FoundLangfuse {
  langfuse: Langfuse;
  candidateLabel: string;
  detail: string;
}

async function findLangfuse({ folder, target, configFile }: DoctorOptions, io: Io): Promise<FoundLangfuse> {
  if (target?.kind === 'aws') {
    const { deployedController } = await import('./aws-deployment');
    const { langfuse, settings } = await deployedController(configFile, io, { mails: false });
    return { langfuse, candidateLabel: settings.candidateLabel, detail: `deployment ${settings.deployment} in AWS` };
  }
  const path = await configFileOf(folder, configFile, io);
  const config = readLocalConfig(path, environmentBaseUrl(io.env));
  const access = langfuseAccess(io.env, config.fileBaseUrl);
  const file = path === null ? 'no configuration file: the default policy for every prompt' : `configuration ${path}`;
  return {
    langfuse: userLangfuse(access, config),
    candidateLabel: config.settings.candidateLabel,
    detail: `${access.publicKey} on ${access.baseUrl}, ${file}`,
  };
}

async function lookAtLangfuse(
  examination: Examination,
  { langfuse, candidateLabel }: FoundLangfuse,
  io: Io,
): Promise<void> {
  const checks = await checkLangfuse(langfuse, candidateLabel, io.now());
  if (checks[0]?.problem === null) checks.push(await checkLabels(langfuse, candidateLabel));
  for (const { name, problem } of checks) {
    await look(examination, `Langfuse: ${name}`, async () => {
      if (problem !== null) throw problem;
      return { detail: 'ok' };
    });
  }
}

async function describeState({ folder, target }: DoctorOptions, io: Io): Promise<string> {
  if (target === null) return `none yet; rampart run makes ${folder}`;
  let prompts = 0;
  for await (const _ of allPrompts(storedState(target, io).store)) prompts++;
  const known = prompts === 1 ? '1 prompt' : `${prompts} prompts`;
  if (target.kind === 'aws') return `${known} in AWS`;
  const owner = await stateOwner(target.folder);
  const holder = owner === null ? 'nobody' : `process ${owner.pid} (rampart ${owner.what})`;
  return `${known} in ${target.folder}, held by ${holder}`;
}

async function look<Found extends { detail: string }>(
  examination: Examination,
  name: string,
  work: () => Promise<Found>,
): Promise<Found | null> {
  try {
    const found = await work();
    examination.findings.push({ name, ok: true, detail: found.detail, problem: null });
    return found;
  } catch (error) {
    const problem = errorFacts(error);
    examination.findings.push({ name, ok: false, detail: problem.message, problem });
    if (examination.exit === EXIT.ok) examination.exit = exitCodeOf(error);
    return null;
  }
}
