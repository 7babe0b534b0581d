import { isPassed, type CaseResult, type PromptResult } from '../prompts/test/results';
import { comparisonText, outcomeOf, percentText, titleOf, totalsText, type TestReport } from '../prompts/test/summary';
import type { Paint, Tone } from './paint';

const TONES: Readonly<Record<PromptResult['outcome'], Tone>> = {
  passed: 'good',
  failed: 'bad',
  error: 'warn',
  no_cases: 'dim',
};

/** The report for people. */
export function renderTests(report: TestReport, paint: Paint): string[] {
  const outcome = outcomeOf(report);
  return [
    ...report.results.flatMap((result) => renderPrompt(result, paint)),
    ...(report.comparisons ?? []).map(
      (each) =>
        `${paint(each.outcome === 'worse' ? 'bad' : 'dim', 'production')}  ${titleOf(each)}: ${comparisonText(each)}`,
    ),
    `${paint(TONES[outcome], outcome)}: ${totalsText(report)}`,
  ];
}

function renderPrompt(result: PromptResult, paint: Paint): string[] {
  const { cases, passedCases, threshold, outcome } = result;
  const title = `${paint('strong', titleOf(result))} ${result.semver}`;
  if (outcome === 'no_cases') return [`${paint('dim', 'no cases')}  ${title}`];
  const needed = passedCases === cases.length ? '' : `, needed ${percentText(threshold)}`;
  return [
    `${paint(TONES[outcome], outcome)}  ${title}: ${passedCases} of ${cases.length} cases${needed}`,
    ...cases.flatMap((each) => renderCase(each, paint)),
  ];
}

function renderCase(result: CaseResult, paint: Paint): string[] {
  const { name, place, samples, passed, passRate, interval, outcome } = result;
  const many = samples.length > 1 && interval !== null;
  const between = many ? `, ${percentText(interval.low)} to ${percentText(interval.high)}` : '';
  const rate =
    samples.length === 1 ? '' : ` (${passed} of ${samples.length} samples${between}; needed ${percentText(passRate)})`;
  const head = `  ${paint(TONES[outcome], outcome)}  ${name}${rate}`;
  if (outcome === 'passed') return [head];
  const said = samples
    .filter((sample) => !isPassed(sample))
    .flatMap(({ error, asserted }) =>
      error === null ? asserted.flatMap((each) => (each.passed ? [] : [each.said])) : [error],
    );
  return [
    head,
    ...[...new Set(said)].map((each) => `    ${each}`),
    `    ${paint('dim', `${place.file}:${place.line}`)}`,
  ];
}
