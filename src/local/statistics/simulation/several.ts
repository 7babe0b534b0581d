import { judgeColumns } from '../../../core/judging/judge-columns';
import { combineHarm, judgeGuardrail } from '../../../core/judging/judge';
import { unitColumns, valueColumns } from '../../../core/judging/unit-columns';
import { toZ } from '../../../core/judging/guardrail';
import { normal } from '../../random';
import { manyNumbers, poisson } from './chance';
import { BOUNDS } from './judge-looks';
import { EVEN_TRAFFIC } from './cells';
import { plannedModel } from './planned-model';
import { errors, latency, likert, type MetricModel, thumbs } from './metric-model';

const HOUR_MS = 3_600_000;
const TICK_MS = HOUR_MS / 4;
const TICKS = 192;
const SWITCH_TICK = 96;
const MOST_ROWS = 6000;
const PER_DAY = 2000;

/** Five guardrails on every user's answer, of which the first may be worse. */
export interface SeveralRow {
  effect: string;
  rollouts: number;
  rolledBack: number;
  /** Rolled back, and closed testing names the guardrail that is worse. */
  named: number;
  /** Any guardrail is named that is not worse. */
  misnamed: number;
}

const EFFECTS: readonly (readonly [label: string, effect: number])[] = [
  ['none', 0],
  ['thumbs -5 points', -0.05],
  ['thumbs -10 points', -0.1],
];

/** Rollouts with five guardrails of equal weight, 2,000 users a day who come once. @param rollouts per row */
export function simulateSeveral(rollouts: number): SeveralRow[] {
  return EFFECTS.map(([effect, size], index) => {
    const row: SeveralRow = { effect, rollouts, rolledBack: 0, named: 0, misnamed: 0 };
    for (let seed = 0; seed < rollouts; seed++) {
      const proven = oneRollout(size, seed, index);
      if (proven === null) continue;
      row.rolledBack += 1;
      if (size !== 0 && proven.includes('0')) row.named += 1;
      if (proven.some((id) => id !== '0' || size === 0)) row.misnamed += 1;
    }
    return row;
  });
}

/** @returns the guardrails named at the look that rolls back; null = none did */
function oneRollout(effect: number, seed: number, index: number): string[] | null {
  const models = [thumbs(effect), likert(0), errors(0), latency(0), thumbs(0)];
  const traffic = { ...EVEN_TRAFFIC, perDay: PER_DAY };
  const guardrails = models.map((model, i) => {
    const guardrail = { ...model.guardrail, id: `${i}`, weight: 1 / models.length };
    return plannedModel({ ...model, guardrail }, traffic, BOUNDS.alpha).guardrail;
  });
  const { units, values, ends } = drawUsers(models, seed, index);
  const judge = judgeColumns(guardrails, units, values, () => HOUR_MS);
  for (const [tick, end] of ends.entries()) {
    judge.tick(end, (tick + 1) * TICK_MS);
    const states = judge.states();
    const verdicts = guardrails.map((g, i) => judgeGuardrail(g, states[i]!, BOUNDS));
    const { logE, proven } = combineHarm(verdicts, guardrails, BOUNDS);
    if (logE >= Math.log(1 / BOUNDS.alpha)) return proven;
  }
  return null;
}

function drawUsers(models: readonly MetricModel[], seed: number, index: number) {
  const random = manyNumbers(seed, 1_000_000 + index);
  const units = unitColumns(MOST_ROWS);
  const values = models.map(() => valueColumns(MOST_ROWS));
  const ends: number[] = [];
  let row = 0;
  for (let tick = 0; tick < TICKS; tick++) {
    const stage = tick < SWITCH_TICK ? 0 : 1;
    for (let i = poisson(PER_DAY / SWITCH_TICK, random); i > 0; i--, row++) {
      const isCandidate = random() < (stage === 0 ? 0.1 : 0.5);
      units.stage[row] = stage;
      units.arm[row] = isCandidate ? 1 : 0;
      units.key[row] = Math.floor(random() * 2 ** 32);
      units.settledMs[row] = tick * TICK_MS;
      for (const [k, { draw, chance, guardrail }] of models.entries()) {
        const x = draw(isCandidate ? 'candidate' : 'stable', chance === 'normal' ? normal(random) : random(), 0);
        values[k]!.count[row] = 1;
        values[k]!.sum[row] = toZ(guardrail.transform, x) ?? Number.NaN;
      }
    }
    ends.push(row);
  }
  return { units, values, ends };
}
