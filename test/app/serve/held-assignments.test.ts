import type { LogEvent } from '../../../src/app/controller';
import { holdAssignments, REFRESH_MS, RETRY_MS } from '../../../src/app/serve/held-assignments';
import { RampartError } from '../../../src/core/errors';
import type { AssignmentPage } from '../../../src/core/ports';
import { sampleAssignment } from '../../contracts/sample-item';

const MAX_AGE_MS = 60_000;

/** A store whose pages and faults are set, and a clock that is moved. */
function scene(first: Partial<AssignmentPage>[]) {
  const world = { nowMs: 1_000_000, pages: first, down: false, reads: 0 };
  const logged: LogEvent[] = [];
  const store = {
    async listAssignments(cursor: string | null): Promise<AssignmentPage> {
      const index = Number(cursor ?? 0);
      if (index === 0) world.reads++;
      if (world.down) throw new RampartError('provider_unavailable', 'away');
      const next = index + 1 < world.pages.length ? String(index + 1) : null;
      return { assignments: [], damaged: [], ...world.pages[index], cursor: next };
    },
  };
  const held = holdAssignments({
    store,
    now: () => world.nowMs,
    maxAgeMs: MAX_AGE_MS,
    log: (line) => logged.push(line),
  });
  const served = async (): Promise<string[]> =>
    [...(await held()).assignments.values()].map(({ prompt, epoch }) => `${prompt}@${epoch}`);
  return { world, held, served, logged };
}

const damagedItem = { prompt: 'b', problem: new RampartError('bad_input', 'item b: expected JSON') };

test('reads every page once for all who ask, and again when it is due', async () => {
  const { world, served } = scene([{ assignments: [sampleAssignment('a')] }, { assignments: [sampleAssignment('b')] }]);
  expect(await Promise.all([served(), served()])).toEqual([
    ['a@1', 'b@1'],
    ['a@1', 'b@1'],
  ]);
  world.nowMs += REFRESH_MS - 1;
  await served();
  expect(world.reads).toBe(1);
  world.nowMs += 1;
  world.pages = [{ assignments: [sampleAssignment('a', 2), sampleAssignment('b')] }];
  expect(await served()).toEqual(['a@2', 'b@1']);
  expect(world.reads).toBe(2);
});

test('an older epoch replaces a younger one only when that has not been seen for the maximum age', async () => {
  const { world, served } = scene([{ assignments: [sampleAssignment('a', 7)] }]);
  await served();
  world.nowMs += REFRESH_MS;
  world.pages = [{ assignments: [sampleAssignment('a', 6)] }];
  expect(await served()).toEqual(['a@7']);
  world.nowMs += MAX_AGE_MS - REFRESH_MS;
  expect(await served()).toEqual(['a@6']);
});

test('while the store is down the last documents are served until they are too old, then nothing', async () => {
  const { world, held, served, logged } = scene([{ assignments: [sampleAssignment('a')] }]);
  await served();
  world.down = true;
  world.nowMs += MAX_AGE_MS - 1;
  expect(await served()).toEqual(['a@1']);
  world.nowMs += 1;
  await expect(held()).rejects.toMatchObject({ code: 'provider_unavailable', retryAfterMs: RETRY_MS });
  expect(world.reads).toBe(2);
  world.nowMs += RETRY_MS;
  await expect(held()).rejects.toMatchObject({ code: 'provider_unavailable' });
  expect(world.reads).toBe(3);
  world.down = false;
  world.nowMs += RETRY_MS;
  expect(await served()).toEqual(['a@1']);
  expect(logged.map(({ event }) => event)).toEqual(['assignments_not_read', 'assignments_read_again']);
});

test('a store that never answered is a failure with a time to wait', async () => {
  const { world, held } = scene([]);
  world.down = true;
  await expect(held()).rejects.toMatchObject({ code: 'provider_unavailable', retryAfterMs: RETRY_MS });
});

test('a damaged item hides no other; its last good document is served until it is too old', async () => {
  const { world, held, served, logged } = scene([{ assignments: [sampleAssignment('a'), sampleAssignment('b')] }]);
  await served();
  world.pages = [{ assignments: [sampleAssignment('a')], damaged: [damagedItem] }];
  world.nowMs += MAX_AGE_MS - 1;
  expect(await served()).toEqual(['a@1', 'b@1']);
  expect((await held()).damaged).toEqual(new Set());
  world.nowMs += REFRESH_MS;
  expect(await served()).toEqual(['a@1']);
  expect((await held()).damaged).toEqual(new Set(['b']));
  expect(logged).toEqual([
    { level: 'error', event: 'assignment_damaged', prompt: 'b', problem: 'item b: expected JSON' },
  ]);
});

test('a prompt that is no longer listed goes when its document is too old', async () => {
  const { world, served } = scene([{ assignments: [sampleAssignment('a'), sampleAssignment('b')] }]);
  await served();
  world.pages = [{ assignments: [sampleAssignment('a')] }];
  world.nowMs += MAX_AGE_MS - 1;
  expect(await served()).toEqual(['a@1', 'b@1']);
  world.nowMs += REFRESH_MS;
  expect(await served()).toEqual(['a@1']);
});

test('a clock that is set back does not keep a document for ever', async () => {
  const { world, served } = scene([{ assignments: [sampleAssignment('a')] }]);
  await served();
  world.nowMs -= 3_600_000;
  world.pages = [{ assignments: [sampleAssignment('a', 2)] }];
  expect(await served()).toEqual(['a@2']);
});

test('a short maximum age is read again in time', async () => {
  const world = { nowMs: 0, reads: 0 };
  const listAssignments = async () => ({ assignments: [], damaged: [], cursor: null, reads: world.reads++ });
  const held = holdAssignments({ store: { listAssignments }, now: () => world.nowMs, maxAgeMs: 1000, log: () => {} });
  await held();
  world.nowMs += 500;
  await held();
  expect(world.reads).toBe(2);
});
