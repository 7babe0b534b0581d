import type { ApiAnswer } from './answer';

export interface Keys {
  publicKey: string;
  secretKey: string;
}

const WRONG_KEY = "Invalid credentials. Confirm that you've configured the correct host.";
const WRONG_HEADER = "Invalid authorization header. Confirm that you've configured the correct host.";

/**
 * Checks the key of a request.
 * @param namesError the older endpoints name the error in the body, the newer ones send the message alone
 * @returns null when the key is right, else the refusal
 */
export function refusalOf(
  header: string | undefined,
  keys: Keys,
  { method, namesError }: { method: string; namesError: boolean },
): ApiAnswer | null {
  const refuse = (status: 401 | 403, message: string): ApiAnswer => ({
    status,
    body: {
      message,
      ...(namesError && { error: status === 401 ? 'UnauthorizedError' : 'ForbiddenError' }),
    },
  });
  if (header === undefined) return refuse(401, 'No authorization header');
  const [scheme, credentials = ''] = header.split(' ', 2);
  if (scheme === 'Bearer') {
    if (credentials !== keys.publicKey) return refuse(401, WRONG_KEY);
    return refuse(
      403,
      namesError
        ? `Access denied - need to use basic auth with secret key to ${method} prompts`
        : 'Access denied - insufficient permissions for this endpoint',
    );
  }
  if (scheme !== 'Basic') return refuse(401, 'Invalid authorization header');
  const text = Buffer.from(credentials, 'base64').toString('utf8');
  if (!text.includes(':')) return refuse(401, WRONG_HEADER);
  return text === `${keys.publicKey}:${keys.secretKey}` ? null : refuse(401, WRONG_KEY);
}
