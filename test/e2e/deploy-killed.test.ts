import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request as forward } from 'node:http';
import { join } from 'node:path';
import { startServer, type TestServer } from '../adapters/langfuse/http-server';
import { markdown, startRepository, type Repository } from '../cli/deploying';

/*
 * The process itself is killed while it creates a version: before the request reaches Langfuse, and after it was carried out
 * but before the answer is there. A server in between holds the request, or its answer, back.
 */

let repository: Repository;
beforeEach(async () => {
  repository = await startRepository();
  repository.write('prompts/answer.md', markdown('answer', 'Be kind.'));
});
afterEach(() => repository.close());

/** Passes everything on but the first creation, which it holds back before or after; then `reached` resolves. */
async function between(side: 'before' | 'after'): Promise<TestServer & { reached: Promise<void> }> {
  let reach = (): void => {};
  const reached = new Promise<void>((resolve) => (reach = resolve));
  const server = await startServer((request, response, url) => {
    const isHeld = request.method === 'POST';
    if (isHeld && side === 'before') return reach();
    const target = new URL(url.pathname + url.search, repository.standIn.baseUrl);
    const passed = forward(target, { method: request.method, headers: request.headers }, (answer) => {
      if (isHeld) {
        answer.resume().once('end', reach);
        return;
      }
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    request.pipe(passed);
  });
  return { ...server, reached };
}

test.each(['before', 'after'] as const)(
  'killed %s the creation is carried out: one version in the end',
  async (side) => {
    const server = await between(side);
    const bin = join(__dirname, '..', '..', 'bin', 'rampart.ts');
    const env = { ...process.env, ...repository.env, LANGFUSE_BASE_URL: server.baseUrl };
    const loader = require.resolve('tsx');
    const child = spawn(process.execPath, ['--import', loader, bin, 'deploy'], {
      cwd: repository.cwd,
      env,
      stdio: 'ignore',
    });
    const ended = once(child, 'exit');
    await Promise.race([server.reached, ended]);
    child.kill('SIGKILL');
    expect(await ended).toEqual([null, 'SIGKILL']);
    await server.close();
    const made = (): unknown[] => repository.standIn.data.prompts.versions('answer').map(({ labels }) => labels);
    expect(made()).toHaveLength(side === 'before' ? 0 : 1);
    expect(await repository.run('deploy')).toMatchObject({ exit: 0 });
    expect(made()).toEqual([['candidate', 'latest']]);
  },
);
