import * as fc from 'fast-check';
import { isUnchanged } from '../../../src/core/ofrep/entity-tag';
import { routeOf } from '../../../src/core/ofrep/route';
import { ODD_NAMES } from '../../contracts/sample-item';

const FLAGS = '/ofrep/v1/evaluate/flags';

test.each([
  [FLAGS, { kind: 'all' }],
  [`${FLAGS}/`, { kind: 'all' }],
  [`/${FLAGS}`, { kind: 'all' }],
  ['/assignments', { kind: 'assignments' }],
  ['/', { kind: 'unknown' }],
  ['/ofrep/v1/configuration', { kind: 'unknown' }],
  ['/ofrep/v1/evaluate/flagship', { kind: 'unknown' }],
  [`${FLAGS}/support%2Fanswer`, { kind: 'prompt', keys: ['support/answer', 'support%2Fanswer'] }],
  [`${FLAGS}/support/answer`, { kind: 'prompt', keys: ['support/answer'] }],
  [`${FLAGS}/100%`, { kind: 'prompt', keys: ['100%'] }],
])('%s', (path, route) => expect(routeOf(path)).toEqual(route));

test.each(ODD_NAMES)('the name %j is found, sent encoded or decoded on the way', (name) => {
  expect(routeOf(`${FLAGS}/${encodeURIComponent(name)}`)).toMatchObject({
    keys: expect.arrayContaining([name]) as unknown,
  });
  expect(routeOf(`${FLAGS}/${name}`)).toMatchObject({ keys: expect.arrayContaining([name]) as unknown });
});

test('every encoded name comes back first', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1 }), (name) => {
      const route = routeOf(`${FLAGS}/${encodeURIComponent(name)}`);
      return route.kind === 'prompt' && route.keys[0] === name;
    }),
  );
});

test.each([
  [undefined, false],
  ['', false],
  ['"b"', false],
  ['a', false],
  ['"a"', true],
  ['W/"a"', true],
  ['"b", W/"a"', true],
  ['*', true],
])('If-None-Match %j of the tag "a" is held: %j', (header, held) => {
  expect(isUnchanged(header, '"a"')).toBe(held);
});
