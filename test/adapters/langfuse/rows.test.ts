import * as fc from 'fast-check';

import { parseObservation } from '../../../src/adapters/langfuse/parse-observation';
import { parseScore } from '../../../src/adapters/langfuse/parse-score';

const OBSERVATION = {
  id: 'o',
  traceId: 't',
  startTime: '2026-11-22T14:48:30.470Z',
  level: 'DEFAULT',
  environment: 'production',
  latency: 1.001,
  userId: '',
  sessionId: '',
  metadata: {},
  usageDetails: { input: 111, output: 31, total: 142 },
  totalUsage: 142,
  costDetails: { total: 0.036 },
  totalCost: 0.036,
  promptName: 'answer',
  promptVersion: 2,
};

const SCORE = {
  id: 's',
  name: 'quality',
  dataType: 'NUMERIC',
  value: 0.5,
  timestamp: '2026-11-22T14:54:52.453Z',
  updatedAt: '2026-11-22T14:54:57.648Z',
  environment: 'default',
  subject: { kind: 'trace', id: 't' },
};

describe('an observation', () => {
  test('seconds become ms without noise', () => {
    expect(parseObservation(OBSERVATION, 'answer')).toMatchObject({ latencyMs: 1001, startMs: 1795358910470 });
  });

  test.each([
    [
      { totalCost: '0.0000015', totalUsage: '142' },
      { costUsd: 0.0000015, tokens: 142 },
    ],
    [
      { totalCost: 0, totalUsage: 0 },
      { costUsd: 0, tokens: 0 },
    ],
    [
      { totalCost: 0, costDetails: {}, totalUsage: 0, usageDetails: {} },
      { costUsd: null, tokens: null },
    ],
    [
      { totalCost: null, costDetails: {}, totalUsage: undefined, usageDetails: null },
      { costUsd: null, tokens: null },
    ],
    [
      { totalCost: undefined, totalUsage: undefined },
      { costUsd: 0.036, tokens: 142 },
    ],
    [
      { latency: null, environment: '' },
      { latencyMs: null, environment: 'default' },
    ],
    [{ level: 'ERROR' }, { isError: true }],
    [{ level: null }, { isError: false }],
    [{ metadata: { 'attributes.user.id': 'u', 'attributes.session.id': 's' } }, { userId: 'u', sessionId: 's' }],
    [{ metadata: { langfuse_user_id: 42 } }, { userId: '42' }],
    [{ metadata: { user_id: 'u'.repeat(199) } }, { userId: 'u'.repeat(199) }],
    [{ metadata: { user_id: 'u'.repeat(200) } }, { userId: null }],
    [{ metadata: { user_id: 2 ** 60 } }, { userId: null }],
    [{ metadata: { user_id: { id: 'u' }, userId: '' } }, { userId: null }],
    [{ metadata: { 'rampart.unit': 'r', userId: 'u' } }, { userId: 'r', sessionId: 'r' }],
    [{ metadata: 'text' }, { userId: null }],
  ])('%j is read as %j', (different, expected) => {
    expect(parseObservation({ ...OBSERVATION, ...different }, 'answer')).toMatchObject(expected);
  });

  test.each([
    [{ id: '' }, 'id: expected a text, got an empty text'],
    [{ traceId: null }, 'traceId: expected a text, got null'],
    [{ startTime: 'yesterday' }, 'startTime: expected a time, got a text'],
    [{ promptName: 'other' }, 'promptName: expected the prompt that was asked for'],
    [{ promptVersion: null }, 'promptVersion: expected a whole number from 1, got null'],
    [{ promptVersion: 0 }, 'promptVersion: expected a whole number from 1, got 0'],
    [{ promptVersion: 1.5 }, 'promptVersion: expected a whole number from 1, got 1.5'],
    [{ latency: 'NaN' }, 'latency: expected seconds from 0, got a text'],
    [{ latency: -1 }, 'latency: expected seconds from 0, got -1'],
    [{ latency: Infinity }, 'latency: expected seconds from 0, got Infinity'],
    [{ totalCost: 'free' }, 'totalCost: expected USD from 0, got a text'],
    [{ totalCost: -0.1 }, 'totalCost: expected USD from 0, got -0.1'],
    [{ totalUsage: true }, 'totalUsage: expected tokens from 0, got true'],
    [{ level: 'FATAL' }, 'level: expected DEBUG, DEFAULT, WARNING or ERROR, got a text'],
    [{ level: undefined }, 'level: expected DEBUG, DEFAULT, WARNING or ERROR, got nothing'],
    [{ userId: 7 }, 'userId: expected a text, got 7'],
    [{ environment: {} }, 'environment: expected a text, got an object'],
  ])('%j cannot be read', (different, reason) => {
    expect(parseObservation({ ...OBSERVATION, ...different }, 'answer')).toContain(reason);
  });

  test('whatever comes, a row that is given is whole', () => {
    fc.assert(
      fc.property(changesOf(OBSERVATION), (raw) => {
        const row = parseObservation(raw, 'answer');
        if (typeof row === 'string') return;
        for (const value of [row.startMs, row.version]) expect(Number.isFinite(value)).toBe(true);
        for (const value of [row.latencyMs, row.costUsd, row.tokens]) {
          expect(value === null || (Number.isFinite(value) && value >= 0)).toBe(true);
        }
        for (const value of [row.id, row.traceId, row.environment]) expect(value.length).toBeGreaterThan(0);
        for (const value of [row.userId, row.sessionId]) expect(value).not.toBe('');
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a score', () => {
  test.each([
    [{ name: '' }, 'name: expected a text, got an empty text'],
    [{ timestamp: 5 }, 'timestamp: expected a time, got 5'],
    [{ updatedAt: undefined }, 'updatedAt: expected a time, got nothing'],
    [{ subject: undefined }, 'subject: expected an object, got nothing'],
    [{ subject: { kind: 'team', id: 'x' } }, 'subject.kind: expected trace, observation, session or experiment'],
    [{ subject: { kind: 'observation', id: 'o' } }, 'subject.traceId: expected a text, got nothing'],
  ])('%j cannot be read', (different, reason) => {
    expect(parseScore({ ...SCORE, ...different })).toContain(reason);
  });

  test.each([
    { value: null },
    { value: NaN },
    { value: '0.5' },
    { dataType: 'BOOLEAN', value: 1 },
    { dataType: 'CATEGORICAL', value: 1 },
    { dataType: 'VECTOR', value: 1 },
  ])('%j is a score without a value that can be read, and no missing score', (different) => {
    expect(parseScore({ ...SCORE, ...different })).toMatchObject({ id: SCORE.id, name: SCORE.name, value: null });
  });

  test('texts and corrections are not wanted, whatever else they hold', () => {
    expect(parseScore({ ...SCORE, dataType: 'TEXT', value: 'x' })).toBeNull();
    expect(parseScore({ dataType: 'CORRECTION' })).toBeNull();
  });

  test('whatever comes, a row that is given is whole', () => {
    fc.assert(
      fc.property(changesOf(SCORE), (raw) => {
        const row = parseScore(raw);
        if (typeof row === 'string' || row === null) return;
        if (typeof row.value === 'number') expect(Number.isFinite(row.value)).toBe(true);
        expect(Number.isFinite(row.timestampMs) && Number.isFinite(row.updatedAtMs)).toBe(true);
        expect(row.id.length * row.name.length * row.environment.length).toBeGreaterThan(0);
      }),
      { numRuns: 2000 },
    );
  });
});

/** A good row of which some fields were replaced by anything. */
function changesOf(row: object): fc.Arbitrary<object> {
  const fields = fc.record(Object.fromEntries(Object.keys(row).map((key) => [key, fc.anything()])), {
    requiredKeys: [],
  });
  return fields.map((different) => ({ ...row, ...different }));
}
