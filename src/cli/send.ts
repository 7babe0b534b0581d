import { execute } from './execute';
import type { Io } from './io';
import { environmentBaseUrl, langfuseAccess } from './langfuse-access';
import { localController, userLangfuse } from './local-controller';
import { readLocalConfig } from './local-config';
import { paintFor } from './paint';
import { configFileOf } from './remembered-config';
import type { Request, Result } from './request';
import { sendToFolder } from './send-to-folder';
import type { Target } from './target';

/** Has a request carried out where the state is. */
export async function send(target: Target, request: Request, configFile: string | undefined, io: Io): Promise<Result> {
  if (target.kind === 'folder') {
    return sendToFolder(target.folder, request, () => ownController(target.folder, configFile, io), io);
  }
  const { deployedController } = await import('./aws-deployment');
  return execute(await deployedController(configFile, io, { mails: request.kind === 'report' }), request, io.now());
}

/** For a folder that nobody holds. */
async function ownController(folder: string, configFile: string | undefined, io: Io) {
  const config = readLocalConfig(await configFileOf(folder, configFile, io), environmentBaseUrl(io.env));
  const langfuse = userLangfuse(langfuseAccess(io.env, config.fileBaseUrl), config);
  const paint = paintFor(io.stderr);
  return localController(folder, config, langfuse, io.now, {
    alert: ({ subject }) => io.stderr.write(`${paint('warn', 'ALERT')} ${subject}\n`),
    log: ({ level, event, prompt, ...facts }) => {
      if (level !== 'info') io.stderr.write(`${event} ${prompt ?? ''} ${JSON.stringify(facts)}\n`);
    },
  });
}
