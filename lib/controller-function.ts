import { join } from 'node:path';
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, type LayerVersion, Runtime } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { environmentVariables, type Environment } from '../src/core/config/environment';
import { BUNDLING } from './bundling';
import { CONFIG_FILE_PATH } from './config-layer';
import { allowController } from './permissions';
import type { ReadableSecret } from './secrets';

/** What every function of the controller works with. */
export interface Foundation {
  table: TableV2;
  bucket: Bucket;
  alertTopic: Topic;
  tickQueue: Queue;
  langfuseSecret: ReadableSecret;
  hashKeySecret: ReadableSecret;
  configLayer: LayerVersion;
  logDays: number;
}

export interface ControllerFunctionProps {
  foundation: Foundation;
  /** File under `lambdas/`, without its ending. */
  entry: string;
  description: string;
  timeout: Duration;
  memoryMb: number;
  /** How often the service calls again after a failed asynchronous invocation, 0..2. */
  retryAttempts: number;
  deadLetters: Queue;
}

/**
 * A deployed function: its bundle, its role with what every handler needs and nothing else, its log and its environment.
 * What one function needs beyond that is granted by its own construct.
 */
export function controllerFunction(scope: Construct, id: string, props: ControllerFunctionProps): NodejsFunction {
  const { foundation } = props;
  const logGroup = new LogGroup(scope, `${id}Log`, {
    retention: foundation.logDays,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  logGroup.grantWrite(role);
  allowController(role, foundation);
  return new NodejsFunction(scope, id, {
    entry: join(__dirname, '..', 'lambdas', `${props.entry}.ts`),
    description: props.description,
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    role,
    logGroup,
    layers: [foundation.configLayer],
    timeout: props.timeout,
    memorySize: props.memoryMb,
    retryAttempts: props.retryAttempts,
    deadLetterQueue: props.deadLetters,
    environment: {
      NODE_OPTIONS: '--enable-source-maps',
      ...environmentVariables(environmentOf(foundation)),
    },
    bundling: {
      ...BUNDLING,
      mainFields: [...BUNDLING.mainFields],
      format: OutputFormat.ESM,
      sourceMap: true,
      bundleAwsSDK: true,
    },
  });
}

/** Where a controller finds what the stack made. */
export function environmentOf(foundation: Foundation): Environment {
  return {
    configFile: CONFIG_FILE_PATH,
    table: foundation.table.tableName,
    bucket: foundation.bucket.bucketName,
    alertTopicArn: foundation.alertTopic.topicArn,
    tickQueueUrl: foundation.tickQueue.queueUrl,
    langfuseSecretId: foundation.langfuseSecret.secretName,
    hashKeySecretId: foundation.hashKeySecret.secretName,
  };
}
