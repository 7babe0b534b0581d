import * as fc from 'fast-check';
import type { ChatMessage } from '../../../src/prompts/definition';
import { readModelConfigs } from '../../../src/prompts/load/model-configs';
import { collectPrompts } from '../../../src/prompts/load/collect-prompts';
import { readMarkdown } from '../../../src/prompts/load/read-markdown';
import { writeMarkdown, type WritableDefinition } from '../../../src/prompts/load/write-markdown';

const line = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '## system',
    '## user',
    '\\## user',
    '\\\\## role: x',
    '---',
    '## placeholder: p',
    '## Notes',
    'a\r',
  ),
  fc.string({ unit: 'grapheme', maxLength: 12 }).filter((text) => !/[\r\n]/u.test(text)),
);
const text = fc.array(line, { maxLength: 6 }).map((lines) => lines.join('\n'));
const message: fc.Arbitrary<ChatMessage> = fc.oneof(
  fc.record({ role: fc.constantFrom('system', 'user', 'critic', 'tool', 'two words'), content: text }),
  fc.record({ placeholder: fc.constantFrom('history', 'p q') }),
);
const json = fc
  .jsonValue({ maxDepth: 3, stringUnit: 'grapheme' })
  .map((value) => JSON.parse(JSON.stringify(value)) as unknown);

const definition: fc.Arbitrary<WritableDefinition> = fc.record({
  name: fc.constantFrom('greeting', 'a/b c', 'ünï: #1', 'yes', '1.0'),
  semver: fc.constantFrom('1.0.0', '10.2.33'),
  body: fc.oneof(
    fc.record({ type: fc.constant('text' as const), text: text.filter((value) => /\S/u.test(value)) }),
    fc.record({ type: fc.constant('chat' as const), messages: fc.array(message, { minLength: 1, maxLength: 5 }) }),
  ),
  config: fc.dictionary(fc.constantFrom('model', 'a', 'b: c', '#'), json, { noNullPrototype: true }),
  labels: fc.constantFrom([], ['staging', 'no']),
  tags: fc.constantFrom([], ['x', 'y: z']),
  description: fc.constantFrom(null, 'Says: hello # there'),
  variables: fc.constantFrom([], ['name']),
});

test('what is written is read back as it was, whatever stands in it', () => {
  fc.assert(
    fc.property(definition, (given) => {
      const { source, problems } = readMarkdown('x.md', writeMarkdown(given), (front) => front['type'] === 'chat');
      const { prompts, problems: shape } = collectPrompts([source!], [], readModelConfigs([]));
      expect([...problems, ...shape].filter(({ severity }) => severity === 'error')).toEqual([]);
      expect(prompts[0]!.definition).toMatchObject(JSON.parse(JSON.stringify(given)) as object);
      expect(prompts[0]!.definition.config).toEqual(JSON.parse(JSON.stringify(given.config)));
      expect(prompts[0]!.definition.body).toEqual(given.body);
    }),
    { numRuns: 300 },
  );
});
