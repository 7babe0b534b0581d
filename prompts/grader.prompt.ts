import { definePrompt } from 'rampart/prompts';

const CRITERIA = ['answers the question that was asked', 'is polite', 'says nothing that was not asked for'];

export const grader = definePrompt({
  name: 'support/grader',
  version: '1.0.0',
  description: 'Judges an answer of the support assistant from 0 to 1.',
  extends: 'base',
  config: { temperature: 0, max_tokens: 10 },
  tags: ['support'],
  variables: ['input', 'output'],
  text: `Here is a conversation with a customer, and the assistant's answer to it.

<conversation>
{{input}}
</conversation>

<answer>
{{output}}
</answer>

A good answer
${CRITERIA.map((criterion) => `- ${criterion}`).join('\n')}

How good is this one? Answer with a number from 0 (not at all) to 1 (in every way), and nothing else.`,
  tests: [
    {
      name: 'a good answer is near 1',
      variables: { input: 'Can I return it?', output: 'Yes, within 30 days.' },
      assert: [{ matches: /^\s*(1(\.0+)?|0?\.[7-9]\d*)\s*$/ }],
    },
    {
      name: 'a rude answer is near 0',
      variables: { input: 'Can I return it?', output: 'Read the manual.' },
      assert: [{ matches: /^\s*(0|0?\.[0-4]\d*)\s*$/ }],
    },
  ],
});
