import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { RampartStack, stackName } from '../lib/rampart-stack';
import { readConfigFile } from '../src/adapters/config/read-config-file';

const app = new App();
const config = readConfigFile(String(app.node.tryGetContext('config') ?? 'rampart.config.yaml'));
export const stack = new RampartStack(app, stackName(config), { config });
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
