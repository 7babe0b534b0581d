import { RemovalPolicy } from 'aws-cdk-lib';
import { Secret, type ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge';

/** What the stack does with a secret, whoever made it. */
export type ReadableSecret = Pick<ISecret, 'secretName' | 'grantRead'>;

/** The two secrets of a deployment. The Langfuse keys are always made by a person, before the first deployment. */
export class Secrets extends Construct {
  readonly langfuse: ReadableSecret;
  readonly hashKey: ReadableSecret;

  constructor(scope: Construct, id: string, props: { langfuseSecretName: string; hashKeySecretName: string | null }) {
    super(scope, id);
    this.langfuse = Secret.fromSecretNameV2(this, 'Langfuse', props.langfuseSecretName);
    this.hashKey =
      props.hashKeySecretName === null
        ? this.createHashKey()
        : Secret.fromSecretNameV2(this, 'HashKey', props.hashKeySecretName);
  }

  private createHashKey(): ReadableSecret {
    const secret = new Secret(this, 'HashKey', {
      description: 'Key that Rampart hashes unit ids with before they are stored.',
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
      removalPolicy: RemovalPolicy.RETAIN,
    });
    acknowledge(
      secret,
      'SMG4',
      'A new key gives every unit a new hash, so rotating it would break running rollouts apart; it only has to stay unknown.',
    );
    return secret;
  }
}
