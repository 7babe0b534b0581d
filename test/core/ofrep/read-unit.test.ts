import * as fc from 'fast-check';
import { readUnit } from '../../../src/core/ofrep/read-unit';

test.each(['user-1', 'ü🎉', ' ', '0'])('the unit is the targeting key as it is: %j', (unit) => {
  const body = JSON.stringify({ context: { targetingKey: unit, country: 'CH' } });
  expect(readUnit(body)).toEqual({ ok: true, unit });
});

test.each([
  ['', 'PARSE_ERROR', 'body: expected a JSON object, got no JSON'],
  ['{"context":', 'PARSE_ERROR', 'body: expected a JSON object, got no JSON'],
  ['[]', 'PARSE_ERROR', 'body: expected a JSON object, got a list'],
  ['null', 'PARSE_ERROR', 'body: expected a JSON object, got null'],
  ['"text"', 'PARSE_ERROR', 'body: expected a JSON object, got a string'],
  ['{"context":[]}', 'INVALID_CONTEXT', 'context: expected an object, got a list'],
  ['{"context":null}', 'INVALID_CONTEXT', 'context: expected an object, got null'],
  ['{"context":{"targetingKey":7}}', 'INVALID_CONTEXT', 'context.targetingKey: expected a text, got a number'],
  ['{}', 'TARGETING_KEY_MISSING', 'context.targetingKey: expected the id of the unit, got nothing'],
  ['{"context":{}}', 'TARGETING_KEY_MISSING', 'context.targetingKey: expected the id of the unit, got nothing'],
  [
    '{"context":{"targetingKey":""}}',
    'TARGETING_KEY_MISSING',
    'context.targetingKey: expected the id of the unit, got nothing',
  ],
  [
    '{"context":{"targetingKey":null}}',
    'TARGETING_KEY_MISSING',
    'context.targetingKey: expected the id of the unit, got nothing',
  ],
])('%j is refused with %s', (body, errorCode, errorDetails) => {
  expect(readUnit(body)).toEqual({ ok: false, failure: { errorCode, errorDetails } });
});

test('no body makes it throw, and no refusal repeats what came', () => {
  fc.assert(
    fc.property(fc.oneof(fc.json(), fc.string()), (body) => {
      const read = readUnit(body);
      return read.ok || read.failure.errorDetails.length < 80;
    }),
  );
});
