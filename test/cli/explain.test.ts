import { folderObjectStore } from '../../src/adapters/local/folder-object-store';
import { folderPromptStore } from '../../src/adapters/local/folder-prompt-store';
import { parseTime } from '../../src/cli/explain-time';
import type { ExplanationFigures } from '../../src/cli/explain-figures';
import { temporaryFolders } from '../adapters/local/temporary-folder';
import { played, PROMPT, type Played } from '../app/explained-rollout';
import { rampart } from './test-io';

const newFolder = temporaryFolders();
let folder: string;
let ticks: Played['ticks'];

beforeAll(async () => {
  folder = await newFolder();
  const ports = { store: folderPromptStore({ folder }), objects: folderObjectStore({ folder }) };
  ({ ticks } = await played({ candidateRate: 0.55, pastVisits: 1000 }, ports));
});

function explain(...argv: string[]) {
  return rampart({ cwd: folder }, 'explain', PROMPT, '--state', folder, ...argv);
}

test('--json holds the numbers of the tick that it is asked about', async () => {
  const { nowMs, plan } = ticks[1]!;
  const { exit, out } = await explain('--at', new Date(nowMs).toISOString(), '--json');
  expect(exit).toBe(0);
  const figures = JSON.parse(out) as ExplanationFigures;
  expect(figures).toMatchObject({ tickAt: new Date(nowMs).toISOString(), percent: 10, step: 0, candidate: 2 });
  expect(figures.harm.logE).toBe(plan.harm!.logE);
  expect(figures.thresholds.harm).toBeCloseTo(Math.log(20), 12);
  for (const [index, verdict] of plan.verdicts.entries()) {
    expect(figures.guardrails[index]).toMatchObject({
      guardrail: verdict.guardrail,
      verdict: verdict.kind,
      reason: verdict.reason,
      zCandidate: verdict.meanCandidate,
      plannedEnd: { effectiveUnits: expect.any(Number), bound: expect.any(Number) },
      logE: { harmEngineA: verdict.logEHarmA, harmEngineB: verdict.logEHarmB, safe: verdict.logESafe },
    });
  }
});

test('in words: the guardrails, what they say together, and the rollback', async () => {
  const { exit, out } = await explain();
  const { plan } = ticks.at(-1)!;
  expect(exit).toBe(0);
  for (const verdict of plan.verdicts) {
    expect(out).toContain(`${verdict.guardrail}: ${verdict.kind}`);
    expect(out).toContain(verdict.reason);
  }
  expect(out).toContain(`worse   ln e ${plan.harm!.logE.toFixed(2)}`);
  expect(out).toContain('a rollback needs ln e 3.00 (20 to 1)');
  expect(out).toMatch(
    /planned end +in engine A: at 2\d\d effective units, a deficit of 2\.\d\d standard errors is proof/u,
  );
  expect(out).toMatch(/then {4}2026-01-1\d \d\d:\d\d:\d\d {2}rolled back {2}controller/u);
});

test('a tick that changed nothing says so', async () => {
  const { out } = await explain('--at', new Date(ticks[1]!.nowMs).toISOString());
  expect(out).toContain('nothing new: what held before went on');
});

test('a time before the first tick is refused', async () => {
  const { exit, err } = await explain('--at', '2020-01-01');
  expect(exit).toBe(1);
  expect(err).toContain('the first tick of');
});

test.each([
  ['2026-01-12T10:15:00.250Z', '2026-01-12T10:15:00.250Z'],
  ['2026-01-12T10:15:00Z', '2026-01-12T10:15:00.999Z'],
  ['2026-01-12 10:15:00', '2026-01-12T10:15:00.999Z'],
  ['2026-01-12T10:15+02:00', '2026-01-12T08:15:59.999Z'],
  ['2026-01-12 10:15', '2026-01-12T10:15:59.999Z'],
  ['2026-01-12', '2026-01-12T23:59:59.999Z'],
])('the time %s is the end of what it names', (text, iso) => {
  expect(new Date(parseTime(text, '--at')).toISOString()).toBe(iso);
});

test.each(['noon', '2026-13-01', '12', '2026-01-12T25:00', ' 2026-01-12'])('%j is no time', (text) => {
  expect(() => parseTime(text, '--at')).toThrow(`got '${text}'`);
});
