import { createHash } from 'node:crypto';
import { escapeXml, type StandInRequest, type StandInResponse, xml } from './exchange';

/*
 * S3 buckets in memory, made when they are first named, addressed by path: PutObject (with If-None-Match: *) and
 * GetObject (with a range of the form `bytes=FIRST-LAST`).
 */

interface StoredObject {
  bytes: Buffer;
  contentType: string;
}

export interface Buckets {
  answer: (request: StandInRequest) => StandInResponse;
  /** Keys of all objects, `BUCKET/KEY`. */
  keys: () => string[];
}

/** Error of the REST protocol of S3. */
export function s3Error(status: number, code: string, message: string): StandInResponse {
  return xml(status, `<Error><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error>`);
}

export function startBuckets(): Buckets {
  const objects = new Map<string, StoredObject>();
  return {
    answer(request) {
      const key = request.path.slice(1);
      if (!/^[^/]+\/./su.test(key)) return s3Error(400, 'InvalidRequest', 'the stand-in knows BUCKET/KEY only');
      if (request.method === 'PUT') return put(objects, key, request);
      if (request.method === 'GET') return get(objects, key, request.headers['range']);
      return s3Error(501, 'NotImplemented', `the stand-in knows PUT and GET, got ${request.method}`);
    },
    keys: () => [...objects.keys()],
  };
}

function put(objects: Map<string, StoredObject>, key: string, request: StandInRequest): StandInResponse {
  if (request.headers['if-none-match'] === '*' && objects.has(key)) {
    return s3Error(412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold');
  }
  if (request.headers['content-encoding']?.includes('aws-chunked') === true) {
    return s3Error(501, 'NotImplemented', 'the stand-in takes whole bodies only');
  }
  objects.set(key, { bytes: request.body, contentType: request.headers['content-type'] ?? 'binary/octet-stream' });
  return { status: 200, headers: { etag: etag(request.body) } };
}

function get(objects: Map<string, StoredObject>, key: string, range: string | undefined): StandInResponse {
  const stored = objects.get(key);
  if (stored === undefined) return s3Error(404, 'NoSuchKey', 'The specified key does not exist.');
  const { bytes } = stored;
  const headers = { 'content-type': stored.contentType, etag: etag(bytes) };
  if (range === undefined) return { status: 200, headers, body: bytes };
  const parts = /^bytes=(\d+)-(\d+)$/u.exec(range);
  if (parts === null) return s3Error(501, 'NotImplemented', `the stand-in knows bytes=FIRST-LAST, got ${range}`);
  const first = Number(parts[1]);
  const last = Math.min(Number(parts[2]), bytes.length - 1);
  if (first >= bytes.length) return s3Error(416, 'InvalidRange', 'The requested range is not satisfiable');
  const contentRange = `bytes ${first}-${last}/${bytes.length}`;
  return { status: 206, headers: { ...headers, 'content-range': contentRange }, body: bytes.subarray(first, last + 1) };
}

function etag(bytes: Uint8Array): string {
  return `"${createHash('md5').update(bytes).digest('hex')}"`;
}
