import { join } from 'node:path';
import { rampart } from '../cli/test-io';
import { loadPrompts } from '../../src/prompts/load/load-prompts';

const root = join(__dirname, '..', '..');

test('the prompts of this repository are valid, warnings and lock included', async () => {
  const { exit, out } = await rampart({ cwd: root }, 'validate', '--strict');
  expect({ exit, out }).toEqual({ exit: 0, out: expect.stringMatching(/^2 prompts and 3 variants: nothing wrong;/u) });
});

test('they show what can be written: a structured answer, three variants, cases, a policy, a judge in TypeScript', async () => {
  const { definitions } = await loadPrompts(join(root, 'prompts'));
  const assistant = definitions.filter(({ name }) => name === 'support/assistant');
  expect(assistant.map(({ variant }) => variant)).toEqual([null, 'concise', 'creative', 'detailed']);
  for (const { config, tests, body } of assistant) {
    expect(config).toMatchObject({
      model: 'gpt-5-mini',
      response_format: { type: 'json_schema' },
      rollout: expect.anything(),
    });
    expect(tests.length).toBeGreaterThanOrEqual(3);
    expect(body.type).toBe('chat');
  }
  expect(assistant.map(({ config }) => config['temperature'])).toEqual([0, 0, 0.8, 0]);
});
