import { resolve } from 'node:path';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { awsController } from '../../lambdas/wire';
import { sesMailSender } from '../adapters/aws/ses-mail-sender';
import { readConfigFile } from '../adapters/config/read-config-file';
import type { Controller } from '../app/controller';
import { ENVIRONMENT, parseEnvironment } from '../core/config/environment';
import { runtimeConfig } from '../core/config/runtime-config';
import type { Io } from './io';
import { configuring } from './problem';

/** The file that a deployment is made from, unless another is named. */
export const DEFAULT_CONFIG_FILE = 'rampart.config.yaml';

/**
 * The controller of a deployment in AWS, with the user's own credentials.
 * @param configFile the file that was deployed; default `rampart.config.yaml` in the current folder
 * @param options `mails`: the command may send mail
 * @throws CommandProblem `configuration` when a variable is missing or the file is not valid
 */
export async function deployedController(
  configFile: string | undefined,
  io: Io,
  options: { mails: boolean },
): Promise<Controller> {
  const path = resolve(io.cwd, configFile ?? DEFAULT_CONFIG_FILE);
  const environment = configuring(() => parseEnvironment({ ...io.env, [ENVIRONMENT.configFile]: path }));
  const config = runtimeConfig(configuring(() => readConfigFile(path)));
  const mail = options.mails ? config.mail : null;
  return awsController(environment, config, {
    mail: mail && sesMailSender({ client: new SESv2Client(), now: io.now, ...mail }),
    log: ({ level, event, prompt, ...facts }) => {
      if (level !== 'info') io.stderr.write(`${event} ${prompt ?? ''} ${JSON.stringify(facts)}\n`);
    },
  });
}
