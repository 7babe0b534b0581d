import file from './reference.json';
import { type ReferenceCase, runCase } from './reference-cases';

const cases: ReferenceCase[] = file.cases;

describe('numbers that other programs computed', () => {
  test.each(cases.map((testCase) => [testCase.id, testCase] as const))('%s', (_, testCase) => {
    expect(runCase(testCase, cases)).toEqual({ status: 'passed' });
  });

  test('a number that is off by more than its tolerance fails', () => {
    const logcdf = cases.find(({ kind }) => kind === 'normal-logcdf')!;
    const off = { ...logcdf, expected: { log_p: (logcdf.expected as { log_p: number }).log_p * (1 + 1e-9) } };
    expect(runCase(off)).toMatchObject({ status: 'failed' });
  });

  test('a missing number fails, an unknown kind is unsupported', () => {
    const testCase = cases[0]!;
    expect(runCase({ ...testCase, expected: { other: 1 } })).toMatchObject({ status: 'failed' });
    expect(runCase({ ...testCase, kind: 'no-such-kind' })).toEqual({ status: 'unsupported' });
  });
});
