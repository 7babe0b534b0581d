import { join } from 'node:path';
import { type Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, type FunctionOptions, type LayerVersion, Runtime } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { BUNDLING, copying } from './bundling';

export interface NodeFunctionProps extends Pick<
  FunctionOptions,
  'deadLetterQueue' | 'retryAttempts' | 'reservedConcurrentExecutions'
> {
  /** File under `lambdas/`, without its ending. */
  entry: string;
  description: string;
  timeout: Duration;
  memoryMb: number;
  role: Role;
  logGroup: LogGroup;
  configLayer: LayerVersion;
  environment: Record<string, string>;
  /** Files that it reads beside its code, as packages name them. */
  files?: readonly string[];
}

/** A role that may write one function's log and nothing else yet, with that log. */
export function functionRole(scope: Construct, id: string, { logDays }: { logDays: number }) {
  const logGroup = new LogGroup(scope, `${id}Log`, { retention: logDays, removalPolicy: RemovalPolicy.DESTROY });
  const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  logGroup.grantWrite(role);
  return { role, logGroup };
}

/** A function of the same make as all the others: bundle, processor, language version. */
export function nodeFunction(scope: Construct, id: string, props: NodeFunctionProps): NodejsFunction {
  const { entry, memoryMb, configLayer, environment, files = [], ...rest } = props;
  return new NodejsFunction(scope, id, {
    ...rest,
    entry: join(__dirname, '..', 'lambdas', `${entry}.ts`),
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    layers: [configLayer],
    memorySize: memoryMb,
    environment: { NODE_OPTIONS: '--enable-source-maps', ...environment },
    bundling: {
      ...BUNDLING,
      mainFields: [...BUNDLING.mainFields],
      format: OutputFormat.ESM,
      sourceMap: true,
      bundleAwsSDK: true,
      commandHooks: copying(files),
    },
  });
}
