import { createHash } from 'node:crypto';
import { canonicalJson } from '../core/policy/canonical-json';
import type { VersionBody } from '../core/ports';

/** What makes a version what it is; labels, tags and the commit message do not. */
export interface Content {
  body: VersionBody;
  config: unknown;
}

/**
 * Names a content: equal texts, messages, type and config have equal hashes, whatever the order of the keys. No config is an
 * empty one, as Langfuse keeps it.
 * @returns SHA-256 in 64 hex digits
 * @throws TypeError when the config is not JSON
 */
export function contentHash({ body, config }: Content): string {
  return sha256(canonicalJson({ body, config: config ?? {} }));
}

/** SHA-256 of the text's UTF-8, in hex. */
export function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
