import { sha256 } from '../../lambdas/hashing';
import { memoryRequestBudget } from '../adapters/local/memory-request-budget';
import type { Controller } from '../app/controller';
import type { Io } from './io';
import { environmentBaseUrl, langfuseAccess } from './langfuse-access';
import { userLangfuse } from './local-controller';
import { readLocalConfig } from './local-config';
import { configFileOf } from './remembered-config';
import { stateFolder, targetIfAny } from './target';

/** What is asked of Langfuse; needs no state, so that a first rollout can be planned. */
export async function powerPorts(
  state: string | undefined,
  configFile: string | undefined,
  io: Io,
): Promise<Pick<Controller, 'langfuse' | 'budget' | 'settings' | 'sha256'>> {
  if (targetIfAny(state, io)?.kind === 'aws') {
    const { deployedController } = await import('./aws-deployment');
    return deployedController(configFile, io, { mails: false });
  }
  const config = readLocalConfig(
    await configFileOf(stateFolder(state, io), configFile, io),
    environmentBaseUrl(io.env),
  );
  const langfuse = userLangfuse(langfuseAccess(io.env, config.fileBaseUrl), config);
  const perMinute = config.langfuse.requestsPerMinute;
  const limits = perMinute === null ? null : { perMinute, burst: perMinute };
  return { langfuse, budget: memoryRequestBudget(limits), settings: config.settings, sha256 };
}
