import { definePrompt } from '../../src/prompts/define-prompt';

test('definePrompt gives back what it was given, and its types know the variables', () => {
  const greeting = definePrompt({
    name: 'greeting',
    version: '1.0.0',
    variables: ['name', 'tone'],
    text: 'Hi {{name}}, {{tone}}.',
    variants: {
      short: { append: 'Be brief.', tests: [{ name: 'a', variables: { name: 'x', tone: 'y' }, assert: [] }] },
    },
    tests: [{ name: 'greets', variables: { name: 'Ada', tone: 'kind' }, assert: [{ matches: /Ada/u }] }],
  });
  expect(greeting.name).toBe('greeting');
  definePrompt({
    name: 'a',
    version: '1.0.0',
    variables: ['name', 'tone'],
    text: 'x',
    // @ts-expect-error -- a value for `tone` is missing
    tests: [{ name: 'greets', variables: { name: 'Ada' }, assert: [] }],
  });
  definePrompt({
    name: 'a',
    version: '1.0.0',
    variables: ['name'],
    text: 'x',
    // @ts-expect-error -- `nmae` is no variable
    tests: [{ name: 'greets', variables: { name: 'Ada', nmae: 'x' }, assert: [] }],
  });
  // @ts-expect-error -- a temperature is a number
  definePrompt({ name: 'a', version: '1.0.0', text: 'x', config: { temperature: 'hot', own: true } });
  // @ts-expect-error -- an unknown key of a policy
  definePrompt({ name: 'a', version: '1.0.0', text: 'x', rollout: { minUnit: 3 } });
  // @ts-expect-error -- an unknown key
  definePrompt({ name: 'a', version: '1.0.0', text: 'x', lables: [] });
  // @ts-expect-error -- an unknown assertion
  definePrompt({ name: 'a', version: '1.0.0', text: 'x', tests: [{ name: 'a', assert: [{ contians: 'x' }] }] });
});
