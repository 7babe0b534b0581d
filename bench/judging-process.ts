import type { FrozenGuardrail } from '../src/core/judging/guardrail';
import { combineHarm, judgeGuardrail } from '../src/core/judging/judge';
import { judgeColumns } from '../src/core/judging/judge-columns';
import { unitColumns, valueColumns, type UnitColumns, type ValueColumns } from '../src/core/judging/unit-columns';
import { manyNumbers } from '../src/local/statistics/simulation/chance';
import { errors, latency, likert, thumbs } from '../src/local/statistics/simulation/metric-model';

const UNITS = 1_000_000;
const TICK_MS = 900_000;
const HOUR_MS = 3_600_000;
const TICKS = 192;
const BOUNDS = { alpha: 0.05, beta: 0.05 };
/** So many of the guardrails have a floor too. */
const WITH_FLOOR = 3;
/** One in so many users comes back in the second step. */
const RETURNS = 5;

/*
 * The process of the judging bench: ten guardrails over a million units, two days, 10 % then 50 %, a tick every 15 minutes,
 * a fifth of the first day's units seen on the second too.
 */

export interface JudgingFigures {
  guardrails: number;
  units: number;
  rows: number;
  ticks: number;
  /** Of the input alone. */
  columnsMb: number;
  runs: { ms: number; cpuMs: number; mb: number; safe: number; isHarmProven: boolean }[];
}

process.once('message', ({ repeats }: { repeats: number }) => {
  const guardrails = tenGuardrails();
  const units = columnsOfUnits();
  const values = guardrails.map((g, i) => columnsOfValues(g, i, units.stage.length));
  const bytes = [units, ...values]
    .flatMap((columns) => Object.values(columns) as (ArrayBufferView | null)[])
    .reduce((sum, column) => sum + (column?.byteLength ?? 0), 0);
  process.send?.({
    guardrails: guardrails.length,
    units: UNITS,
    rows: units.stage.length,
    ticks: TICKS,
    columnsMb: bytes / 1e6,
    runs: Array.from({ length: repeats }, () => oneRun(guardrails, units, values)),
  } satisfies JudgingFigures);
});

function oneRun(guardrails: readonly FrozenGuardrail[], units: UnitColumns, values: readonly ValueColumns[]) {
  globalThis.gc?.();
  const before = process.memoryUsage();
  const cpu = process.cpuUsage();
  const start = performance.now();
  const judge = judgeColumns(guardrails, units, values, () => HOUR_MS);
  let row = 0;
  for (let tick = 1; tick <= TICKS; tick++) {
    while (row < units.settledMs.length && units.settledMs[row]! < tick * TICK_MS) row++;
    judge.tick(row, tick * TICK_MS);
  }
  const states = judge.states();
  const verdicts = guardrails.map((g, i) => judgeGuardrail(g, states[i]!, BOUNDS));
  const { logE } = combineHarm(verdicts, guardrails, BOUNDS);
  const ms = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  const after = process.memoryUsage();
  const bytes = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
  const safe = verdicts.filter(({ kind }) => kind === 'safe').length;
  const isHarmProven = logE >= Math.log(1 / BOUNDS.alpha);
  return { ms, cpuMs: (user + system) / 1000, mb: bytes / 1e6, safe, isHarmProven };
}

/** Yes/no, rare, bounded and heavy-tailed metrics, the first ones with a floor. */
function tenGuardrails(): FrozenGuardrail[] {
  const models = [thumbs, errors, likert, latency, thumbs, errors, likert, latency, likert, latency];
  return models.map((family, i) => {
    const { guardrail } = family(0);
    const floor = i < WITH_FLOOR ? Math.max(0, (guardrail.reference.mean ?? 1) - 4 * guardrail.delta) : null;
    return { ...guardrail, id: `${guardrail.id} ${i}`, weight: 1 / models.length, floor };
  });
}

function columnsOfUnits(): UnitColumns {
  const random = manyNumbers(1, 1);
  const firstDay = UNITS / 2;
  const rows = UNITS + firstDay / RETURNS;
  const units = unitColumns(rows);
  for (let row = 0; row < rows; row++) {
    const stage = row < firstDay ? 0 : 1;
    const back = row - firstDay;
    const isBack = stage === 1 && back % (RETURNS + 1) === 0;
    const earlier = isBack ? (back / (RETURNS + 1)) * RETURNS : -1;
    units.stage[row] = stage;
    units.earlier[row] = earlier;
    units.key[row] = earlier >= 0 ? units.key[earlier]! : Math.floor(random() * 2 ** 32);
    units.arm[row] = units.key[row]! < 2 ** 32 * (stage === 0 ? 0.1 : 0.5) ? 1 : 0;
    const share = stage === 0 ? row / firstDay : 1 + back / (rows - firstDay);
    units.settledMs[row] = share * 24 * HOUR_MS;
  }
  return units;
}

function columnsOfValues(g: FrozenGuardrail, index: number, rows: number): ValueColumns {
  const random = manyNumbers(2, index);
  const p = g.reference.p;
  const columns = valueColumns(rows);
  const { count, sum } = columns;
  for (let row = 0; row < rows; row++) {
    const u = random();
    count[row] = g.kind === 'binary' ? 1 : 1 + Math.floor(3 * random());
    sum[row] = g.kind === 'binary' ? (u < p ? 0 : 1) : count[row]! * Math.min(1, (1 - p) * (0.5 + u));
  }
  return columns;
}
