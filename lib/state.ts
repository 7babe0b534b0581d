import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, ProjectionType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { ASSIGNMENTS_INDEX, BUCKET_FOLDERS, TABLE_KEYS } from '../src/core/config/state-layout';
import { acknowledge } from './acknowledge';

/**
 * What must outlive everything else: the prompts' items, and the evidence and reports beside them. Both stay when the
 * stack is deleted.
 */
export class State extends Construct {
  readonly table: TableV2;
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, props: { evidenceDays: number }) {
    super(scope, id);
    this.table = this.createTable();
    this.bucket = this.createBucket(props.evidenceDays);
    acknowledge(
      this.bucket,
      'S1',
      'Only the functions read and write here, keys are content hashes, and a second bucket of access logs would tell less than CloudTrail data events do.',
    );
  }

  private createTable(): TableV2 {
    const { name: indexName, partition, sort, projected } = ASSIGNMENTS_INDEX;
    return new TableV2(this, 'Table', {
      partitionKey: { name: TABLE_KEYS.partition, type: AttributeType.STRING },
      sortKey: { name: TABLE_KEYS.sort, type: AttributeType.STRING },
      globalSecondaryIndexes: [
        {
          indexName,
          partitionKey: { name: partition, type: AttributeType.STRING },
          sortKey: { name: sort, type: AttributeType.STRING },
          projectionType: ProjectionType.INCLUDE,
          nonKeyAttributes: [...projected],
        },
      ],
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  private createBucket(evidenceDays: number): Bucket {
    return new Bucket(this, 'Bucket', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.RETAIN,
      lifecycleRules: [
        ...BUCKET_FOLDERS.expiring.map((folder) => ({
          id: folder,
          prefix: `${folder}/`,
          expiration: Duration.days(evidenceDays),
        })),
        { id: 'unfinished-uploads', abortIncompleteMultipartUploadAfter: Duration.days(1) },
      ],
    });
  }
}
