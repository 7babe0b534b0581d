import { makeHandler as makeCompare } from '../../lambdas/compare-variants';
import { makeHandler as makeReport } from '../../lambdas/weekly-report';
import { compareVariants } from '../../src/app/compare-variants';
import { continueRebuild, rebuildWeek } from '../../src/app/rebuild/rebuild-week';
import { weeklyReport } from '../../src/app/weekly-report';
import { fakeDeps, NOW_MS } from './fake-controller';

jest.mock('../../src/app/compare-variants', () => ({ compareVariants: jest.fn() }));
jest.mock('../../src/app/rebuild/rebuild-week', () => ({ rebuildWeek: jest.fn(), continueRebuild: jest.fn() }));
jest.mock('../../src/app/weekly-report', () => ({ weeklyReport: jest.fn() }));

const renderer = { render: () => Promise.reject(new Error('not asked')) };
const comparing = jest.mocked(compareVariants);
const reporting = jest.mocked(weeklyReport);
const rebuilding = jest.mocked(rebuildWeek);
const continuing = jest.mocked(continueRebuild);

beforeEach(() => {
  comparing.mockReset().mockResolvedValue({ compared: 2, reported: 1 });
  reporting.mockReset().mockResolvedValue({ week: '2026-W47', sent: true, html: '<p>', json: {} });
});

describe('compare-variants', () => {
  test('compares on its schedule', async () => {
    const { deps, controller, events } = fakeDeps();
    await expect(makeCompare(deps, renderer)({ schedule: 'compare-variants' })).resolves.toEqual({
      compared: 2,
      reported: 1,
    });
    expect(comparing).toHaveBeenCalledWith(controller, renderer, NOW_MS);
    expect(events()).toEqual(['compare_succeeded']);
  });

  test.each([[{}], [{ schedule: 'tick' }], [undefined]])('refuses %j loudly', async (event) => {
    const { deps, events } = fakeDeps();
    await expect(makeCompare(deps, renderer)(event)).rejects.toMatchObject({ code: 'bad_input' });
    expect(events()).toEqual(['compare_failed']);
    expect(comparing).not.toHaveBeenCalled();
  });
});

describe('weekly-report', () => {
  test.each([
    [{ schedule: 'weekly-report' }, {}],
    [{}, {}],
    [{ week: '2026-W47' }, { week: '2026-W47' }],
    [
      { week: '2026-W47', force: true },
      { week: '2026-W47', force: true },
    ],
  ])('%j', async (event, options) => {
    const { deps, controller } = fakeDeps();
    await expect(makeReport(deps, renderer)(event)).resolves.toEqual({ week: '2026-W47', sent: true });
    expect(reporting).toHaveBeenCalledWith(controller, renderer, NOW_MS, options);
  });

  test.each([
    [null],
    [{ week: 47 }],
    [{ week: 'last' }],
    [{ force: 'yes' }],
    [{ wek: '2026-W47' }],
    [{ schedule: 'tick' }],
    [{ rebuild: 47 }],
    [{ rebuild: '2026-W47', force: true }],
    [{ schedule: 'continue-rebuild', week: '2026-W47' }],
  ])('refuses %j loudly', async (event) => {
    const { deps, events } = fakeDeps();
    await expect(makeReport(deps, renderer)(event)).rejects.toMatchObject({ code: 'bad_input' });
    expect(events()).toEqual(['report_failed']);
    expect(reporting).not.toHaveBeenCalled();
  });

  test('a rebuild is begun for a week, and its schedule goes on with the one that was begun', async () => {
    const { deps, controller } = fakeDeps();
    const progress = { week: '2026-W47', isFinished: false, promptsDone: 1, prompts: 2, requests: 3 };
    rebuilding.mockResolvedValue(progress);
    continuing.mockResolvedValue(null);
    const pace = expect.objectContaining({ untilMs: NOW_MS + 8 * 60_000 }) as object;
    await expect(makeReport(deps, renderer)({ rebuild: '2026-W47' })).resolves.toEqual({ rebuild: progress });
    expect(rebuilding).toHaveBeenCalledWith(controller, '2026-W47', pace);
    await expect(makeReport(deps, renderer)({ schedule: 'continue-rebuild' })).resolves.toEqual({ rebuild: null });
    expect(continuing).toHaveBeenCalledWith(controller, pace);
    expect(reporting).not.toHaveBeenCalled();
  });

  test('a failure is not swallowed', async () => {
    const { deps } = fakeDeps();
    reporting.mockRejectedValue(new Error('no mail'));
    await expect(makeReport(deps, renderer)({ schedule: 'weekly-report' })).rejects.toThrow('no mail');
  });
});
