import { fromSdk } from '../../../src/adapters/aws/sdk-errors';
import { RampartError } from '../../../src/core/errors';

/** An exception as the SDK throws it. */
function thrown(name: string, status: number | null, more: object = {}): Error {
  return Object.assign(new Error('why'), { name, $metadata: status === null ? {} : { httpStatusCode: status } }, more);
}

test.each([
  ['ProvisionedThroughputExceededException', 400, 'provider_unavailable'],
  ['ThrottlingException', 400, 'provider_unavailable'],
  ['RequestLimitExceeded', 400, 'provider_unavailable'],
  ['TooManyRequestsException', 429, 'provider_unavailable'],
  ['SlowDown', 503, 'provider_unavailable'],
  ['InternalServerError', 500, 'provider_unavailable'],
  ['ConditionalRequestConflict', 409, 'provider_unavailable'],
  ['TimeoutError', null, 'provider_unavailable'],
  ['AccessDeniedException', 400, 'provider_auth'],
  ['UnrecognizedClientException', 400, 'provider_auth'],
  ['CredentialsProviderError', null, 'provider_auth'],
  ['Forbidden', 403, 'provider_auth'],
  ['ResourceNotFoundException', 400, 'provider_not_found'],
  ['NoSuchBucket', 404, 'provider_not_found'],
  ['ValidationException', 400, 'bad_input'],
  ['SyntaxError', null, 'provider_bad_response'],
])('%s with status %s is %s', (name, status, code) => {
  const error = fromSdk('write the item', thrown(name, status));
  expect(error).toMatchObject({ code, message: `write the item: expected an answer from AWS, got ${name}: why` });
});

test('a connection that broke is unavailable', () => {
  expect(fromSdk('x', thrown('Error', null, { code: 'ECONNRESET' })).code).toBe('provider_unavailable');
});

test('keeps what was thrown as the cause, and leaves an error of the catalogue alone', () => {
  const cause = thrown('ThrottlingException', 400);
  expect(fromSdk('x', cause).cause).toBe(cause);
  const own = new RampartError('not_found', 'x');
  expect(fromSdk('y', own)).toBe(own);
});
