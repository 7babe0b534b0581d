import { XMLParser, XMLValidator } from 'fast-xml-parser';
import * as fc from 'fast-check';
import { junitXml } from '../../../src/prompts/test/junit';
import { testMarkdown } from '../../../src/prompts/test/test-markdown';
import type { TestReport } from '../../../src/prompts/test/summary';
import { result, sample } from './result-makers';

const HOSTILE = 'a <b> & "c" ]]> \u0000\u001B[31m\uFFFF\uD800 \r\n\t@team `` ``` | ![x](y)';

test('JUnit: a suite for each prompt, a case for each case, failures apart from errors', () => {
  const xml = junitXml([
    result({
      good: [sample('yes')],
      bad: [sample('no', 'expected yes'), sample('yes')],
      lost: [sample(null, null, 'no answer')],
    }),
  ]);
  const parsed = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '' }).parse(xml) as unknown;
  expect(parsed).toMatchObject({
    testsuites: {
      testsuite: {
        name: 'support/answer',
        tests: '3',
        failures: '1',
        errors: '1',
        testcase: [
          { classname: 'support/answer', name: 'good', file: 'prompts/a.md', line: '5', time: '0.120' },
          { name: 'bad', failure: { message: '1 of 2 samples passed', '#text': 'expected yes\nanswer: no' } },
          { name: 'lost', error: { message: '0 of 1 samples passed', '#text': 'no answer' } },
        ],
      },
    },
  });
});

test('JUnit is well-formed whatever a model says, and holds no character that XML cannot', () => {
  const anything = fc.oneof(fc.string({ unit: 'binary' }), fc.constant(HOSTILE));
  fc.assert(
    fc.property(anything, anything, anything, (name, answer, said) => {
      const xml = junitXml([result({ [name]: [sample(answer, said)], [`${name}2`]: [sample(null, null, said)] })]);
      expect(XMLValidator.validate(xml)).toBe(true);
      // oxlint-disable-next-line no-control-regex -- what XML 1.0 excludes
      expect(xml).not.toMatch(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/u);
      expect(xml).not.toMatch(/\p{Cs}/u);
    }),
    { numRuns: 200 },
  );
});

function report(overrides: Partial<TestReport> = {}): TestReport {
  return {
    results: [
      result({
        'says | yes': [sample('no `` ``` @team', 'expected yes, got <b>no</b> @team'), sample('yes')],
        fine: [sample('yes')],
      }),
    ],
    comparisons: null,
    tookMs: 1234,
    ...overrides,
  };
}

test('Markdown: a row for each prompt, and what went wrong where something did', () => {
  expect(testMarkdown(report())).toBe(`## Prompt tests: failed

| | Prompt | Version | Cases passed | Samples passed |
| --- | --- | --- | --- | --- |
| ❌ | support/answer | 1.2.0 | 1 of 2 (needed 80 %) | 2 of 3 |

### support/answer: says \\| yes

1 of 2 samples passed (95 % interval 9 % to 91 %), needed 80 %.

- expected yes, got &lt;b\\>no&lt;/b\\> @\u200Bteam

\`\`\`\`text
no \`\` \`\`\` @team
\`\`\`\`

3 samples, 30 + 15 tokens, 0.0030 USD, 1.2 s.
`);
});

test('a cost of next to nothing is not told as none', () => {
  const cheap = result({ fine: [{ ...sample('yes'), costUsd: 0.000031 }] });
  expect(testMarkdown(report({ results: [cheap] }))).toContain(', 0.000031 USD, ');
});

test('Markdown says how it compares with production, and fits into a comment', () => {
  const comparison = {
    name: 'support/answer',
    variant: null,
    production: 3,
    shares: { candidate: 0.5, production: 1 },
  };
  const text = testMarkdown(
    report({ comparisons: [{ ...comparison, outcome: 'worse', difference: { value: -0.5, low: -0.8, high: -0.1 } }] }),
  );
  expect(text).toContain('| 2 of 3 | worse than version 3: -50 points (-80 to -10) |');
  const long = result(
    Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`case ${i}`, [sample('x'.repeat(1000), 'expected y')]])),
  );
  const cut = testMarkdown(report({ results: [long] }));
  expect(cut.length).toBeLessThan(65_536);
  expect(cut).toMatch(/… and \d+ more\.\n/u);
  expect(testMarkdown(report({ results: [] }))).toContain('No prompt has a test case.');
});
