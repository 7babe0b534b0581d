import * as fc from 'fast-check';
import { ENVIRONMENT, environmentVariables, parseEnvironment } from '../../../src/core/config/environment';
import { parseRuntimeConfig } from '../../../src/core/config/runtime-config';

const values = fc.record(
  Object.fromEntries(
    Object.keys(ENVIRONMENT).map((key) => [key, fc.string({ minLength: 1 }).filter((text) => text.trim() !== '')]),
  ),
) as fc.Arbitrary<Parameters<typeof environmentVariables>[0]>;

describe('environment', () => {
  test('what the stack sets is what a handler reads', () => {
    fc.assert(
      fc.property(values, (environment) => {
        expect(parseEnvironment({ PATH: '/bin', ...environmentVariables(environment) })).toEqual(environment);
      }),
    );
  });

  test('names every variable that is missing or blank', () => {
    expect(() => parseEnvironment({ RAMPART_TABLE: ' ', RAMPART_BUCKET: 'b' })).toThrow(
      expect.objectContaining({
        code: 'bad_input',
        message: expect.stringMatching(/RAMPART_CONFIG_FILE, RAMPART_TABLE,/u),
      }),
    );
  });
});

describe('baked configuration', () => {
  test.each([
    ['no JSON', '<html>', /expected JSON, came "<html>"/u],
    ['of another release', '{"schema":2}', /expected schema 1, came 2/u],
    ['no object', 'null', /expected schema 1, came undefined/u],
  ])('refuses what is %s', (_, text, message) => {
    expect(() => parseRuntimeConfig(text)).toThrow(message);
  });
});
