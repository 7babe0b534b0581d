import { oneAtATime } from '../../../src/adapters/local/one-at-a-time';

test('tasks of one key run in turn, also after one failed; other keys do not wait', async () => {
  const inTurn = oneAtATime();
  const log: string[] = [];
  let release = () => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const first = inTurn('a', async () => {
    log.push('first starts');
    await gate;
    log.push('first fails');
    throw new Error('first');
  });
  const second = inTurn('a', async () => log.push('second'));
  await inTurn('b', async () => log.push('other key'));
  release();
  await expect(first).rejects.toThrow('first');
  await second;
  expect(log).toEqual(['first starts', 'other key', 'first fails', 'second']);
});
