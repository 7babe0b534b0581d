import { isPassed, type CaseResult, type PromptResult } from './results';

/**
 * The results as JUnit XML, as CI systems read it: a suite for each prompt, a case for each case.
 * @returns a document that is well-formed whatever the model answered
 */
export function junitXml(results: readonly PromptResult[]): string {
  const suites = results.map(suite);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="rampart test">\n${suites.join('')}</testsuites>\n`;
}

function suite({ name, variant, cases }: PromptResult): string {
  const title = variant === null ? name : `${name} (${variant})`;
  const failures = cases.filter(({ outcome }) => outcome === 'failed').length;
  const errors = cases.filter(({ outcome }) => outcome === 'error').length;
  const counts = `tests="${cases.length}" failures="${failures}" errors="${errors}"`;
  const inside = cases.map((each) => testcase(title, each)).join('');
  return `  <testsuite name="${attribute(title)}" ${counts}>\n${inside}  </testsuite>\n`;
}

function testcase(title: string, result: CaseResult): string {
  const seconds = result.samples.reduce((sum, { latencyMs }) => sum + (latencyMs ?? 0), 0) / 1000;
  const { file, line } = result.place;
  const head = `    <testcase classname="${attribute(title)}" name="${attribute(result.name)}" file="${attribute(file)}" line="${line}" time="${seconds.toFixed(3)}"`;
  if (result.outcome === 'passed') return `${head}/>\n`;
  const tag = result.outcome === 'failed' ? 'failure' : 'error';
  const said = result.samples.filter((sample) => !isPassed(sample)).map(sampleText);
  const message = `${result.passed} of ${result.samples.length} samples passed`;
  return `${head}>\n      <${tag} message="${attribute(message)}">${text(said.join('\n'))}</${tag}>\n    </testcase>\n`;
}

function sampleText({ error, asserted, answer }: CaseResult['samples'][number]): string {
  const said = error === null ? asserted.flatMap(({ passed, said }) => (passed ? [] : [said])) : [error];
  return [...said, ...(answer === null ? [] : [`answer: ${answer}`])].join('\n');
}

/** Without what XML 1.0 cannot hold (§2.2 Char), not even as a reference. */
function storable(value: string): string {
  // oxlint-disable-next-line no-control-regex -- these are what is taken out
  return value.replaceAll(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|\p{Cs}/gu, '\uFFFD');
}

function text(value: string): string {
  return storable(value)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\r', '&#13;');
}

function attribute(value: string): string {
  return text(value).replaceAll('"', '&quot;').replaceAll('\n', '&#10;').replaceAll('\t', '&#9;');
}
