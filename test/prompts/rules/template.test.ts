import * as fc from 'fast-check';
import mustache from 'mustache';
import { readTemplate } from '../../../src/prompts/rules/template';

function read(text: string): { uses: string[]; oddities: string[] } {
  const { uses, oddities } = readTemplate(text);
  return {
    uses: uses.map(({ name, offset }) => `${name}@${offset}`),
    oddities: oddities.map(({ offset, severity, message }) => `${offset} ${severity}: ${message}`),
  };
}

test.each([
  ['no braces at all', []],
  ['single {brace} and a JSON {"a": {"b": 1}}', []],
  ['{{name}} and {{ other }}, {{name}}', ['name@0', 'other@13', 'name@26']],
  ['{{größe_2}}\n{{b}}', ['größe_2@0', 'b@12']],
])('%j uses %j', (text, uses) => expect(read(text)).toEqual({ uses, oddities: [] }));

test.each([
  ['a {{name', "2 error: expected variables such as '{{name}}', got: unclosed tag"],
  ['{{a}} {{/b}}', '6 error: expected variables such as \'{{name}}\', got: unopened section "b"'],
  ['{{#a}} x', '8 error: expected variables such as \'{{name}}\', got: unclosed section "a"'],
  ['x {{> part}}', "2 error: expected a variable, got the partial '{{> part}}', which compiles to nothing"],
  ['{{=<% %>=}}', "0 error: expected variables such as '{{name}}', got a change of their delimiters"],
  ['{{! note }}', "0 warning: the comment '{{! …}}' works with Langfuse's JavaScript client only"],
  ['{{{raw}}}', "0 warning: expected '{{raw}}', got '{{{raw}}}', which works with Langfuse's JavaScript client only"],
  [
    '{{a.b}}',
    "0 error: expected a variable's name of letters, digits and '_' that starts with a letter, got '{{a.b}}'",
  ],
  ['{{}}', "0 error: expected a variable's name of letters, digits and '_' that starts with a letter, got '{{}}'"],
  [
    'Answer {{"key":\n 1}}',
    "7 error: expected a variable's name of letters, digits and '_' that starts with a letter, got '{{\"key\": 1}}'",
  ],
])('%j is odd', (text, oddity) => expect(read(text).oddities).toEqual([oddity]));

test('a section is a warning, and what is in it counts', () => {
  expect(read('{{#items}}{{name}}{{/items}}{{^items}}none{{/items}}')).toEqual({
    uses: ['items@0', 'name@10', 'items@28'],
    oddities: [
      "0 warning: the section '{{#items}}' works with Langfuse's JavaScript client only",
      "28 warning: the section '{{^items}}' works with Langfuse's JavaScript client only",
    ],
  });
});

test('what is read is what Mustache reads', () => {
  const piece = fc.constantFrom(
    '{{',
    '}}',
    '{',
    '}',
    ' ',
    '\n',
    'a',
    'b_1',
    'ü',
    '{{a}}',
    '{{ b }}',
    '1',
    '#',
    '!',
    'x y',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const text = pieces.join('');
      const { uses, oddities } = readTemplate(text);
      if (oddities.length > 0) return;
      const names = mustache
        .parse(text)
        .flatMap(([kind, name, offset]) => (kind === 'name' ? [`${name}@${offset}`] : []));
      expect(uses.map(({ name, offset }) => `${name}@${offset}`)).toEqual(names);
    }),
    { numRuns: 2000 },
  );
});
