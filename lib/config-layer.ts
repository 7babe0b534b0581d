import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stack, Stage } from 'aws-cdk-lib';
import { Code, LayerVersion } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { runtimeConfig } from '../src/core/config/runtime-config';
import type { DeploymentConfig } from '../src/core/config/deployment-config';

const FILE_NAME = 'rampart.config.json';

/** Where a function finds its configuration. */
export const CONFIG_FILE_PATH = `/opt/${FILE_NAME}`;

/**
 * The validated configuration as a layer of its own: read without a request, too large for no environment variable, and
 * new with every change, so that a changed file is a deployment and nothing else.
 */
export function configLayer(scope: Construct, config: DeploymentConfig): LayerVersion {
  const folder = join(assetFolder(scope), `config-${Stack.of(scope).node.addr}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, FILE_NAME), `${JSON.stringify(runtimeConfig(config), null, 2)}\n`);
  return new LayerVersion(scope, 'Config', {
    code: Code.fromAsset(folder),
    description: `Rampart ${config.settings.deployment}: configuration`,
  });
}

function assetFolder(scope: Construct): string {
  const stage = Stage.of(scope);
  if (stage === undefined) throw new Error('a stack must be in an app');
  return stage.assetOutdir;
}
