import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { ASSIGNMENTS_INDEX, TABLE_KEYS } from '../src/core/config/state-layout';

/**
 * What a serving app may do, to be attached to its role: read assignments, by prompt or all of them, and nothing else of
 * the items.
 */
export class AssignmentReaders extends Construct {
  readonly policy: ManagedPolicy;

  constructor(scope: Construct, id: string, props: { deployment: string; table: TableV2 }) {
    super(scope, id);
    const { tableArn } = props.table;
    const attributes = [TABLE_KEYS.partition, TABLE_KEYS.sort, ...ASSIGNMENTS_INDEX.projected];
    this.policy = new ManagedPolicy(this, 'Policy', {
      description: `Reads the assignments of Rampart ${props.deployment}`,
      statements: [
        new PolicyStatement({
          actions: ['dynamodb:GetItem'],
          resources: [tableArn],
          conditions: {
            'ForAllValues:StringEquals': { 'dynamodb:Attributes': attributes },
            StringEqualsIfExists: { 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES' },
          },
        }),
        new PolicyStatement({
          actions: ['dynamodb:Query'],
          resources: [`${tableArn}/index/${ASSIGNMENTS_INDEX.name}`],
        }),
      ],
    });
  }
}
