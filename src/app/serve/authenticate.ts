import { type HttpAnswer, type HttpRequest, problemAnswer } from './http-message';

/**
 * Refuses a request without one of the endpoint's keys, in `X-API-Key` or as a bearer token: OFREP's two schemes.
 * @param isKey whether a key is one of the endpoint's; null = nobody has to show one
 * @returns null when the request may go on
 */
export function refuseStranger(
  isKey: ((key: string) => boolean) | null,
  { headers }: Pick<HttpRequest, 'headers'>,
): HttpAnswer | null {
  if (isKey === null) return null;
  const key = keyOf(headers);
  if (key !== null && isKey(key)) return null;
  const came = key === null ? 'none' : 'another';
  return problemAnswer(401, `key: expected one of this endpoint in X-API-Key or Authorization: Bearer, got ${came}`, {
    'www-authenticate': 'Bearer realm="rampart"',
  });
}

function keyOf(headers: HttpRequest['headers']): string | null {
  const bearer = /^Bearer +(\S+)$/iu.exec(headers['authorization']?.trim() ?? '')?.[1];
  return headers['x-api-key']?.trim() ?? bearer ?? null;
}
