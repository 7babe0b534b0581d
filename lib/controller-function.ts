import type { Duration } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { LayerVersion } from 'aws-cdk-lib/aws-lambda';
import type { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { environmentVariables, type Environment } from '../src/core/config/environment';
import { CONFIG_FILE_PATH } from './config-layer';
import { functionRole, nodeFunction } from './node-function';
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
  /** Files that it reads beside its code, as packages name them. */
  files?: readonly string[];
}

/**
 * A deployed function: its bundle, its role with what every handler needs and nothing else, its log and its environment.
 * What one function needs beyond that is granted by its own construct.
 */
export function controllerFunction(scope: Construct, id: string, props: ControllerFunctionProps): NodejsFunction {
  const { foundation, deadLetters, ...rest } = props;
  const { role, logGroup } = functionRole(scope, id, foundation);
  allowController(role, foundation);
  return nodeFunction(scope, id, {
    ...rest,
    role,
    logGroup,
    configLayer: foundation.configLayer,
    environment: environmentVariables(environmentOf(foundation)),
    deadLetterQueue: deadLetters,
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
