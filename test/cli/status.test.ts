import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { folderPromptStore } from '../../src/adapters/local/folder-prompt-store';
import { temporaryFolders } from '../adapters/local/temporary-folder';
import { evidenceWorld } from '../app/evidence/world';
import { sampleItem } from '../contracts/sample-item';
import { rampart } from './test-io';

const newFolder = temporaryFolders();
let cwd = '';
let state = '';

beforeEach(async () => {
  cwd = await newFolder();
  state = join(cwd, '.rampart');
  const store = folderPromptStore({ folder: state });
  for (const prompt of ['a', 'greeting', 'z']) await store.write(sampleItem(prompt, 1));
});

test('a damaged item is told with its file, fails the command, and hides no other prompt', async () => {
  expect((await rampart({ cwd }, 'status')).exit).toBe(0);
  const file = join(state, 'items', 'greeting.json');
  await writeFile(file, '{');
  const { exit, out } = await rampart({ cwd }, 'status');
  expect(exit).toBe(1);
  expect(out.split('\n').map((line) => line.split(' ')[0])).toEqual(['a', 'z', 'greeting', '']);
  expect(out).toContain(`${file}: expected JSON`);
  const json = await rampart({ cwd }, 'status', '--json');
  expect(json.exit).toBe(1);
  expect(JSON.parse(json.out)).toMatchObject({
    prompts: [{ prompt: 'a' }, { prompt: 'z' }],
    damaged: [{ prompt: 'greeting', problem: expect.stringContaining(file) }],
  });
});

test('evidence that is not there is told in the same way', async () => {
  const store = folderPromptStore({ folder: state });
  await store.write(sampleItem('greeting', 2, { rollout: evidenceWorld().rollout(), manifest: 'manifest/none' }));
  const { exit, out } = await rampart({ cwd }, 'status', '--json');
  expect(exit).toBe(1);
  expect(JSON.parse(out)).toMatchObject({
    prompts: [{ prompt: 'a' }, { prompt: 'z' }],
    damaged: [{ prompt: 'greeting' }],
  });
});

test.each([['status'], ['run', '--once'], ['doctor']])('--state with a file in its place: %s', async (...argv) => {
  await writeFile(join(cwd, 'file'), '');
  for (const given of ['file', 'file/below']) {
    const { exit, err } = await rampart({ cwd, env: {} }, ...argv, '--state', given);
    expect({ exit, err }).toMatchObject({
      exit: 3,
      err: expect.stringContaining(
        `--state: expected a folder, got ${join(cwd, given)}, and ${join(cwd, 'file')} is a file`,
      ),
    });
  }
});
