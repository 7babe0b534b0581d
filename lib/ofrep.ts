import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { type FunctionUrl, FunctionUrlAuthType } from 'aws-cdk-lib/aws-lambda';
import type { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { DeploymentConfig } from '../src/core/config/deployment-config';
import { serveVariables } from '../src/core/config/serve-environment';
import { ASSIGNMENTS_INDEX } from '../src/core/config/state-layout';
import { acknowledge } from './acknowledge';
import { CONFIG_FILE_PATH } from './config-layer';
import type { Foundation } from './controller-function';
import { functionRole, nodeFunction } from './node-function';
import type { ReadableSecret } from './secrets';

type ServeConfig = NonNullable<DeploymentConfig['serve']>;

/**
 * The HTTP endpoint: a function behind a URL of its own that reads the index of assignments and its keys, and nothing
 * else of the deployment. Anybody can reach the URL; the function asks for a key.
 */
export class Ofrep extends Construct {
  readonly function: NodejsFunction;
  readonly url: FunctionUrl;
  readonly keys: ReadableSecret;

  constructor(scope: Construct, id: string, props: { foundation: Foundation; serve: ServeConfig }) {
    super(scope, id);
    const { foundation, serve } = props;
    this.keys =
      serve.keysSecretName === null ? this.createKeys() : Secret.fromSecretNameV2(this, 'Keys', serve.keysSecretName);
    const { role, logGroup } = functionRole(this, 'Function', foundation);
    this.allowReading(role, foundation);
    this.function = nodeFunction(this, 'Function', {
      entry: 'ofrep',
      description: 'Rampart: answers over HTTP which version of a prompt a user gets.',
      timeout: Duration.seconds(10),
      memoryMb: 512,
      role,
      logGroup,
      configLayer: foundation.configLayer,
      environment: serveVariables({
        configFile: CONFIG_FILE_PATH,
        table: foundation.table.tableName,
        keysSecretId: this.keys.secretName,
      }),
      ...(serve.concurrency === null ? {} : { reservedConcurrentExecutions: serve.concurrency }),
    });
    this.url = this.function.addFunctionUrl({ authType: FunctionUrlAuthType.NONE });
    this.watch(foundation);
  }

  private allowReading(role: IRole, { table }: Foundation): void {
    const resources = [`${table.tableArn}/index/${ASSIGNMENTS_INDEX.name}`];
    role.addToPrincipalPolicy(new PolicyStatement({ actions: ['dynamodb:Query'], resources }));
    this.keys.grantRead(role);
  }

  private createKeys(): Secret {
    const secret = new Secret(this, 'Keys', {
      description: 'Keys of the callers of the HTTP endpoint of Rampart: {"NAME": "KEY"}.',
      generateSecretString: {
        secretStringTemplate: '{}',
        generateStringKey: 'default',
        passwordLength: 48,
        excludePunctuation: true,
      },
      removalPolicy: RemovalPolicy.DESTROY,
    });
    acknowledge(
      secret,
      'SMG4',
      'A key is changed by adding a second one and moving the callers, which no rotation function can do.',
    );
    return secret;
  }

  /** An answer of 500 or 503 is no error of the function, so the URL's own metric is watched. */
  private watch({ alertTopic }: Foundation): void {
    const alarm = new Alarm(this, 'Unanswered', {
      metric: this.function.metric('Url5xxCount', { statistic: 'Sum', period: Duration.minutes(5) }),
      threshold: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 3,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription: `${Stack.of(this).stackName}: requests to the HTTP endpoint have been failing for a quarter of an hour; their callers use their own defaults.`,
    });
    const toPeople = new SnsAction(alertTopic);
    alarm.addAlarmAction(toPeople);
    alarm.addOkAction(toPeople);
  }
}
