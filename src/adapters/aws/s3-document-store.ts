import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { DocumentStore } from '../../core/ports';
import { fromSdk, isNamed } from './sdk-errors';

/*
 * Promises: a document is replaced as a whole; with `ifAbsent` exactly one of many writers gets `true` (S3's
 * If-None-Match). A `false` can also mean that our own write succeeded and its answer was lost.
 */

/** Named documents in an S3 bucket, under `documents/`. */
export function s3DocumentStore(options: { client: S3Client; bucket: string }): DocumentStore {
  const { client, bucket } = options;
  return {
    async putDocument(name, body, { contentType, ifAbsent }) {
      try {
        await client.send(
          new PutObjectCommand({
            Bucket: bucket,
            Key: keyOf(name),
            Body: Buffer.from(body),
            ContentType: contentType,
            ...(ifAbsent ? { IfNoneMatch: '*' } : {}),
          }),
        );
        return true;
      } catch (error) {
        if (ifAbsent && isNamed(error, 'PreconditionFailed')) return false;
        throw fromSdk(`store document ${name}`, error);
      }
    },
    async getDocument(name) {
      try {
        const { Body: body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: keyOf(name) }));
        return (await body?.transformToString('utf-8')) ?? '';
      } catch (error) {
        if (isNamed(error, 'NoSuchKey')) return null;
        throw fromSdk(`read document ${name}`, error);
      }
    },
  };
}

function keyOf(name: string): string {
  return `documents/${name}`;
}
