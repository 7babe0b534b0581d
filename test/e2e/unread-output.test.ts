import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { markdown, startRepository, type Repository } from '../cli/deploying';

/* Nobody reads on, as in `rampart deploy | head`, or nothing can be written. */

let repository: Repository;
beforeEach(async () => {
  repository = await startRepository();
});
afterEach(() => repository.close());

/** Runs the process with both outputs closed at their other end; the exit code. */
async function unread(...argv: string[]): Promise<unknown> {
  const bin = join(__dirname, '..', '..', 'bin', 'rampart.ts');
  const child = spawn(process.execPath, ['--import', require.resolve('tsx'), bin, ...argv], {
    cwd: repository.cwd,
    env: { ...process.env, ...repository.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.destroy();
  child.stderr.destroy();
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
}

test('a deploy that nobody reads is carried out to its end', async () => {
  repository.write('prompts/answer.md', markdown('answer', 'Be kind.'));
  repository.write('prompts/other.md', markdown('other', 'Be brief.'));
  expect(await unread('deploy')).toBe(0);
  for (const prompt of ['answer', 'other']) {
    const made = repository.standIn.data.prompts.versions(prompt).map(({ labels }) => labels);
    expect(made).toEqual([['candidate', 'latest']]);
  }
});

test('what is wrong is wrong, whether it is read or not', async () => {
  repository.write('prompts/answer.md', 'no front matter');
  expect(await unread('validate')).toBe(1);
  expect(await unread('nonsense')).toBe(2);
});

/** Where every write fails, as on a full disk. */
const FULL = '/dev/full';

(existsSync(FULL) ? test : test.skip)('what could not be written is no success', async () => {
  repository.write('prompts/answer.md', markdown('answer', 'Be kind.'));
  const full = openSync(FULL, 'w');
  const bin = join(__dirname, '..', '..', 'bin', 'rampart.ts');
  const child = spawn(process.execPath, ['--import', require.resolve('tsx'), bin, 'plan', '--json'], {
    cwd: repository.cwd,
    env: { ...process.env, ...repository.env },
    stdio: ['ignore', full, 'pipe'],
  });
  const said: string[] = [];
  child.stderr!.on('data', (chunk: Buffer) => said.push(chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  closeSync(full);
  expect({ code, said: said.join('') }).toEqual({
    code: 1,
    said: 'rampart: stdout: expected an output that can be written, got ENOSPC\n',
  });
});
