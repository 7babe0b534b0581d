import { formatRoughly } from '../core/policy/duration';
import type { Backtest } from '../local/backtest/backtest';
import type { HalvesRun } from '../local/backtest/identical-halves';
import type { JudgedAgain } from '../local/backtest/judge-again';
import type { BacktestSubject } from './backtest-figures';
import { guardrailCells } from './guardrail-figures';
import type { Paint } from './paint';
import { columns } from './table';

const COUNT = new Intl.NumberFormat('en-US');
const HOUR_MS = 3_600_000;

/** A backtest for people. */
export function renderBacktest(result: Backtest, subject: BacktestSubject, paint: Paint): string[] {
  const { window, generations, units, versions, rollouts } = result;
  const { prompt, policyFrom, policy } = subject;
  const span = `${formatRoughly(window.toMs - window.fromMs)} to ${day(window.toMs)}`;
  return [
    `${paint('strong', prompt)}: ${span}, ${COUNT.format(generations)} generations, ${COUNT.format(units)} ${policy.unit}s, ${named('version', versions)}`,
    `policy of ${policyFrom}: ${policy.guardrails.map(({ metric }) => metric).join(', ')}`,
    '',
    ...(rollouts.length === 0
      ? ['no rollout of the prompt is known in this time']
      : rollouts.flatMap((judged) => judgedLines(judged, paint))),
    '',
    ...halvesLines(result, policy.alpha, paint),
  ];
}

function judgedLines({ stable, candidate, startedAtMs, ...judged }: JudgedAgain, paint: Paint): string[] {
  const { was, harm, guardrails, verdicts } = judged;
  const cells = verdicts.map((verdict, index) => guardrailCells(guardrails[index]!, verdict, paint));
  const then = was.reason === null ? was.phase.replace('_', ' ') : `${was.phase.replace('_', ' ')}: ${was.reason}`;
  const now =
    harm === null
      ? paint('good', 'harm is proven at no look')
      : `${paint('bad', 'rolled back')} after ${formatRoughly(harm.atMs - startedAtMs)}, ${COUNT.format(harm.exposedUnits)} exposed: ${harm.reason}`;
  return [
    `${paint('strong', `version ${candidate} against ${stable}`)}, from ${day(startedAtMs)}`,
    ...[
      ...columns([
        ['then', then],
        ['now', now],
      ]),
      ...columns(cells),
    ].map((line) => `  ${line}`),
  ];
}

function halvesLines({ halves, falseRollback }: Backtest, alpha: number, paint: Paint): string[] {
  if (falseRollback === null) return [];
  const of = (outcome: HalvesRun['outcome']): HalvesRun[] => halves.filter((run) => run.outcome === outcome);
  const percent = (share: number): string => `${(100 * share).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`;
  const tone = falseRollback.low > alpha ? 'bad' : 'good';
  const share = `${percent(falseRollback.share)}, with 95 % confidence ${percent(falseRollback.low)} to ${percent(falseRollback.high)}; promised: at most ${percent(alpha)}`;
  const promoted = of('promoted')
    .map(({ hours }) => hours)
    .sort((a, b) => a - b);
  const middle = promoted[Math.floor(promoted.length / 2)];
  const rows = [
    ['rolled back', paint(tone, `${of('rolled_back').length} of ${halves.length}`), share],
    [
      'promoted',
      `${promoted.length}`,
      middle === undefined ? '' : `half of them within ${formatRoughly(middle * HOUR_MS)}`,
    ],
    ['still held', `${of('held').length}`, reasonsOf(of('held'))],
    ['aborted', `${of('aborted').length}`, reasonsOf(of('aborted'))],
  ].filter(([, count]) => count !== '0');
  return [
    `${paint('strong', 'two identical halves')}: a version rolled out against itself ${halves.length} times`,
    ...columns(rows).map((line) => `  ${line}`),
  ];
}

/** The last reason is enough: they differ in numbers only. */
function reasonsOf(runs: readonly HalvesRun[]): string {
  return runs.at(-1)?.reason ?? '';
}

function named(noun: string, ids: readonly number[]): string {
  return `${noun}${ids.length === 1 ? '' : 's'} ${ids.join(', ')}`;
}

function day(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}
