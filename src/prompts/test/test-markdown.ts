import { fenceFor } from '../markdown-fence';
import { isPassed, type CaseResult, type PromptResult } from './results';
import { comparisonText, outcomeOf, percentText, titleOf, totalsText, type TestReport } from './summary';

/** Comments on GitHub may have 65536 characters. */
const LONGEST = 60_000;
const LONGEST_ANSWER = 400;

const SIGNS = { passed: '✅', failed: '❌', error: '⚠️', no_cases: '–' } as const;

/** The report as a comment on a pull request. */
export function testMarkdown(report: TestReport): string {
  const { results } = report;
  const tested = results.filter(({ outcome }) => outcome !== 'no_cases');
  const rows = tested.map((result) => row(result, report));
  const head = ['| | Prompt | Version | Cases passed | Samples passed |', '| --- | --- | --- | --- | --- |'];
  const withComparison = report.comparisons === null ? head : [`${head[0]} Against production |`, `${head[1]} --- |`];
  const cut = cutTo(tested.flatMap(details));
  return `${[
    `## Prompt tests: ${outcomeOf(report)}`,
    '',
    ...(rows.length === 0 ? ['No prompt has a test case.'] : [...withComparison, ...rows]),
    '',
    ...cut,
    `${totalsText(report)}.`,
  ].join('\n')}\n`;
}

function row(result: PromptResult, { comparisons }: TestReport): string {
  const { cases, semver, passedCases, outcome, threshold } = result;
  const samples = cases.reduce((sum, each) => sum + each.samples.length, 0);
  const passed = cases.reduce((sum, each) => sum + each.passed, 0);
  const own = comparisons?.find(({ name, variant }) => name === result.name && variant === result.variant);
  const cells = [
    SIGNS[outcome],
    cell(titleOf(result)),
    semver,
    `${passedCases} of ${cases.length} (needed ${percentText(threshold)})`,
    `${passed} of ${samples}`,
    ...(comparisons === null ? [] : [own === undefined ? '' : comparisonText(own)]),
  ];
  return `| ${cells.join(' | ')} |`;
}

function details(result: PromptResult): string[] {
  return result.cases
    .filter(({ outcome }) => outcome !== 'passed')
    .map((each) =>
      [`### ${escaped(titleOf(result))}: ${escaped(each.name)}`, '', rateLine(each), '', ...sampleLines(each), ''].join(
        '\n',
      ),
    );
}

function rateLine({ passed, samples, errors, passRate, interval }: CaseResult): string {
  const between =
    interval === null ? '' : ` (95 % interval ${percentText(interval.low)} to ${percentText(interval.high)})`;
  const inError = errors === 0 ? '' : `, ${errors} without a judgement`;
  return `${passed} of ${samples.length} samples passed${between}, needed ${percentText(passRate)}${inError}.`;
}

/** Equal complaints once. */
function sampleLines({ samples }: CaseResult): string[] {
  const failing = samples.filter((sample) => !isPassed(sample));
  const said = failing.flatMap(({ error, asserted }) =>
    error === null ? asserted.flatMap((each) => (each.passed ? [] : [each.said])) : [error],
  );
  const counts = new Map<string, number>();
  for (const each of said) counts.set(each, (counts.get(each) ?? 0) + 1);
  const lines = [...counts].map(([each, count]) => `- ${escaped(each)}${count === 1 ? '' : ` (${count} times)`}`);
  const answer = failing.find((sample) => sample.answer !== null)?.answer;
  return answer === undefined || answer === null ? lines : [...lines, '', fenced(answer)];
}

/** A block that the answer cannot end. */
function fenced(answer: string): string {
  const short = answer.length > LONGEST_ANSWER ? `${answer.slice(0, LONGEST_ANSWER)}…` : answer;
  const fence = fenceFor(short, 3);
  return `${fence}text\n${short}\n${fence}`;
}

function cutTo(parts: readonly string[]): string[] {
  const kept: string[] = [];
  let length = 0;
  for (const part of parts) {
    length += part.length;
    if (length > LONGEST) return [...kept, `… and ${parts.length - kept.length} more.`, ''];
    kept.push(part);
  }
  return kept;
}

/** A model's words are neither markup nor a mention. */
function escaped(text: string): string {
  return text
    .replaceAll(/[\\`*_[\]<>|#~]/gu, (char) => (char === '<' ? '&lt;' : `\\${char}`))
    .replaceAll('@', '@\u200B')
    .replaceAll(/\s+/gu, ' ');
}

function cell(text: string): string {
  return escaped(text);
}
