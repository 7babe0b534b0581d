import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { RampartError } from '../../core/errors';
import type { ObjectStore } from '../../core/ports';
import { type ByteRange, checkRange, contentName, outside } from './content-name';
import { calling, fromSdk, isNamed } from './sdk-errors';

/*
 * Promises: an object's name is the hash of its bytes, so storing twice is harmless and nothing is ever overwritten with
 * something else. A range is answered whole or refused. The function's role needs s3:ListBucket beside s3:GetObject,
 * else S3 answers 403 for an object that is missing.
 */

/** Immutable objects in an S3 bucket. */
export function s3ObjectStore(options: { client: S3Client; bucket: string }): ObjectStore {
  const { client, bucket } = options;
  return {
    async put(prefix, bytes) {
      const name = contentName(prefix, bytes);
      await calling(`store object ${name}`, () =>
        client.send(new PutObjectCommand({ Bucket: bucket, Key: name, Body: bytes })),
      );
      return name;
    },
    async get(name, range) {
      if (range !== undefined) checkRange(name, range, null);
      try {
        const { Body: body, ContentRange: came } = await client.send(
          new GetObjectCommand({ Bucket: bucket, Key: name, ...(range === undefined ? {} : { Range: header(range) }) }),
        );
        const bytes = (await body?.transformToByteArray()) ?? new Uint8Array();
        if (range !== undefined && bytes.length !== range.length) throw outside(name, range, sizeIn(came));
        return bytes;
      } catch (error) {
        if (isNamed(error, 'NoSuchKey')) {
          throw new RampartError('not_found', `object ${name}: expected it in bucket ${bucket}, got nothing`);
        }
        if (isNamed(error, 'InvalidRange') && range !== undefined) throw outside(name, range, null);
        throw fromSdk(`read object ${name}`, error);
      }
    },
  };
}

/** `bytes=FIRST-LAST`, both inclusive (RFC 9110, section 14.1.2). */
function header(range: ByteRange): string {
  return `bytes=${range.offset}-${range.offset + range.length - 1}`;
}

/** The object's size out of `bytes FIRST-LAST/SIZE`; null when the answer does not say. */
function sizeIn(contentRange: string | undefined): number | null {
  const size = /\/(\d+)$/u.exec(contentRange ?? '')?.[1];
  return size === undefined ? null : Number(size);
}
