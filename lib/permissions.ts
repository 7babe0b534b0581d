import { type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { ASSIGNMENTS_INDEX, BUCKET_FOLDERS } from '../src/core/config/state-layout';
import { acknowledge, logicalId } from './acknowledge';
import type { Foundation } from './controller-function';

/** What every handler does: prompts' items, evidence and reports, alerts, and reading the two secrets. */
export function allowController(role: IRole, foundation: Foundation): void {
  const { table, bucket } = foundation;
  allow(role, ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:Query'], [table.tableArn]);
  allow(role, ['dynamodb:Query'], [`${table.tableArn}/index/${ASSIGNMENTS_INDEX.name}`]);
  const folders = [...BUCKET_FOLDERS.expiring, ...BUCKET_FOLDERS.lasting];
  const objects = folders.map((folder) => bucket.arnForObjects(`${folder}/*`));
  allow(role, ['s3:GetObject', 's3:PutObject'], objects);
  for (const folder of folders) {
    const finding = `IAM5[Resource::<${logicalId(bucket)}.Arn>/${folder}/*]`;
    acknowledge(role, finding, 'Objects are named by their content or their week, so only the folder is known before.');
  }
  // Without it S3 answers "access denied" instead of "not found" for an object that is not there.
  allow(role, ['s3:ListBucket'], [bucket.bucketArn]);
  allow(role, ['sns:Publish'], [foundation.alertTopic.topicArn]);
  foundation.langfuseSecret.grantRead(role);
  foundation.hashKeySecret.grantRead(role);
}

function allow(role: IRole, actions: string[], resources: string[]): void {
  role.addToPrincipalPolicy(new PolicyStatement({ actions, resources }));
}
