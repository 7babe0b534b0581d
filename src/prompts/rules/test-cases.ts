import { didYouMean } from '../../core/policy/did-you-mean';
import { show } from '../../core/policy/problem';
import type { Assertion, PromptProblem, TestCase } from '../definition';
import type { LoadedPrompt } from '../load/collect-prompts';
import { problemAt } from './problem-at';
import { readTemplate } from './template';

/**
 * Test cases: values for every variable, known placeholders, patterns that can be read, judges that exist.
 * @param judges the bases of the folder with their variables; null where those could not be read
 */
export function checkTestCases(
  prompt: LoadedPrompt,
  judges: ReadonlyMap<string, readonly string[] | null>,
): PromptProblem[] {
  return prompt.definition.tests.flatMap((test) => [
    ...checkValues(prompt, test),
    ...checkPlaceholders(prompt, test),
    ...test.assertions.flatMap((assertion, index) => {
      const wrong = wrongWith(assertion, prompt, judges);
      return wrong === null ? [] : [inTest(prompt, test, ['assert', index], wrong)];
    }),
  ]);
}

/** At its place in the file where the test is written: a variant has its base's tests too. */
export function inTest(
  prompt: LoadedPrompt,
  test: TestCase,
  path: readonly (string | number)[],
  message: string,
): PromptProblem {
  const index = prompt.definition.tests.indexOf(test);
  const found = problemAt(prompt, ['tests', index, ...path], message);
  const isHere = found.place.file === test.place.file && found.place.line >= test.place.line;
  return isHere ? found : { ...found, place: test.place };
}

function checkValues(prompt: LoadedPrompt, test: TestCase): PromptProblem[] {
  const { variables } = prompt.definition;
  const missing = variables.filter((name) => !Object.hasOwn(test.variables, name));
  const unknown = Object.keys(test.variables).filter((name) => !variables.includes(name));
  return [
    ...missing.map((name) =>
      inTest(prompt, test, ['variables'], `expected a value for every variable, got none for ${show(name)}`),
    ),
    ...unknown.map((name) =>
      inTest(
        prompt,
        test,
        ['variables', name],
        `expected a variable of the prompt, got ${show(name)}${didYouMean(name, variables)}`,
      ),
    ),
  ];
}

function checkPlaceholders(prompt: LoadedPrompt, test: TestCase): PromptProblem[] {
  const { body } = prompt.definition;
  const known =
    body.type === 'text' ? [] : body.messages.flatMap((each) => ('placeholder' in each ? [each.placeholder] : []));
  return Object.keys(test.placeholders)
    .filter((name) => !known.includes(name))
    .map((name) =>
      inTest(
        prompt,
        test,
        ['placeholders', name],
        `expected a placeholder of the prompt, got ${show(name)}${didYouMean(name, known)}`,
      ),
    );
}

function wrongWith(
  assertion: Assertion,
  prompt: LoadedPrompt,
  judges: ReadonlyMap<string, readonly string[] | null>,
): string | null {
  switch (assertion.kind) {
    case 'matches':
      return wrongWithPattern(assertion.pattern, assertion.flags);
    case 'max_cost_usd':
      return prompt.definition.prices === undefined
        ? 'expected `prices` in a config of `configs/` that the prompt extends, got none'
        : null;
    case 'judge':
      return wrongWithJudge(assertion.prompt, judges);
    default:
      return null;
  }
}

function wrongWithPattern(pattern: string, flags: string): string | null {
  try {
    return new RegExp(pattern, flags).sticky ? "expected flags without 'y', got 'y'" : null;
  } catch (error) {
    return `expected a regular expression, got: ${(error as Error).message}`;
  }
}

function wrongWithJudge(judge: string, judges: ReadonlyMap<string, readonly string[] | null>): string | null {
  const variables = judges.get(judge);
  if (variables === null) return null;
  if (variables !== undefined) {
    const other = variables.find((name) => name !== 'input' && name !== 'output');
    if (other === undefined && variables.includes('output')) return null;
    const got = other === undefined ? "without 'output'" : `with ${show(other)}`;
    return `expected a judge with the variables output and input, got ${show(judge)} ${got}`;
  }
  const uses = readTemplate(judge).uses.map(({ name }) => name);
  if (uses.includes('output')) return null;
  const hint = uses.length === 0 && !/\s/u.test(judge) ? didYouMean(judge, [...judges.keys()]) : '';
  return `expected the name of a prompt of this folder, or a text with '{{output}}', got ${show(judge)}${hint}`;
}
