import type { IncomingMessage } from 'node:http';

/** A request as the stand-ins see it: read whole, header names in lower case. */
export interface StandInRequest {
  method: string;
  /** Decoded, with the leading slash, without the query. */
  path: string;
  headers: Readonly<Record<string, string>>;
  body: Buffer;
}

export interface StandInResponse {
  status: number;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
}

/** Reads a request to its end. */
export async function readRequest(message: IncomingMessage): Promise<StandInRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  const headers = Object.entries(message.headers).map(([name, value]) => [name, String(value)] as const);
  return {
    method: message.method ?? 'GET',
    path: decodeURIComponent(new URL(message.url ?? '/', 'http://stand-in').pathname),
    headers: Object.fromEntries(headers),
    body: Buffer.concat(chunks),
  };
}

/** An answer in the JSON protocols of SQS and SES. */
export function json(body: unknown, contentType = 'application/json'): StandInResponse {
  return { status: 200, headers: { 'content-type': contentType }, body: JSON.stringify(body) };
}

/** An error in the JSON protocols; SES reads the name from the header, SQS from `__type`. */
export function jsonError(status: number, name: string, message: string): StandInResponse {
  return {
    status,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': name },
    body: JSON.stringify({ __type: name, message }),
  };
}

/** An answer in XML. */
export function xml(status: number, body: string): StandInResponse {
  return { status, headers: { 'content-type': 'text/xml' }, body: `<?xml version="1.0" encoding="UTF-8"?>\n${body}` };
}

/** A text inside XML. */
export function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
