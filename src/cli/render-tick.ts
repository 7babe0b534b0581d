import type { TickReport } from '../app/tick-prompt';
import type { Verdict } from '../core/judging/verdict';
import { currentStage, displayState, isTerminal, type Rollout } from '../core/rollout/rollout';
import type { ComparisonPlan } from '../core/comparison/plan-comparison';
import { formatAge } from './age';
import { comparisonLines, describeComparison } from './compare-tick';
import { guardrailCells } from './guardrail-figures';
import { plain, type Paint, type Tone } from './paint';
import { columns } from './table';

/**
 * A tick as lines for people: percent, units per arm, each guardrail's difference with its bounds on the metric's own
 * scale, its verdict, and why the rollout holds or moves. Nothing for a prompt at rest without a problem.
 * @param nowMs the tick's time
 */
export function renderTick(report: TickReport, nowMs: number, paint: Paint = plain): string[] {
  const { rollout, problem } = report;
  const problems = problem === null ? [] : [`  ${paint('warn', 'problem:')} ${problem}`];
  switch (report.outcome) {
    case 'conflict':
      return [`${head(report.prompt, nowMs, paint)}: somebody else changed it meanwhile; the next tick goes on`];
    case 'idle':
      return problem === null ? [] : [`${head(report.prompt, nowMs, paint)}: no experiment is running`, ...problems];
    case 'started':
    case 'ticked':
      if (report.comparing !== null)
        return [...comparingLines(report.comparing, report.prompt, nowMs, paint), ...problems];
      if (rollout === null) return problems;
      return [
        `${head(report.prompt, nowMs, paint)}: ${describeRollout(rollout, nowMs, paint)}; ${unitsText(rollout, report.plan?.verdicts ?? [])}`,
        ...guardrailLines(rollout, report.plan?.verdicts ?? [], paint),
        ...whyLines(report, paint),
        ...problems,
      ];
  }
}

function comparingLines(plan: ComparisonPlan, prompt: string, nowMs: number, paint: Paint): string[] {
  return [`${head(prompt, nowMs, paint)}: ${describeComparison(plan.next, paint)}`, ...comparisonLines(plan, paint)];
}

function head(prompt: string, nowMs: number, paint: Paint): string {
  const time = new Date(nowMs).toISOString().slice(0, 19).replace('T', ' ');
  return `${paint('dim', time)}  ${paint('strong', prompt)}`;
}

/** What is going on, in one phrase: `version 2 at 10 % for 2h, baking`. */
export function describeRollout(rollout: Rollout, nowMs: number, paint: Paint = plain): string {
  const state = displayState(rollout).replace('_', ' ');
  const shown = paint(TONES[rollout.phase], isTerminal(rollout.phase) ? state.toUpperCase() : state);
  if (isTerminal(rollout.phase)) return `version ${rollout.candidate} ${shown}`;
  const stage = currentStage(rollout);
  return `version ${rollout.candidate} at ${stage.percent} % for ${formatAge(nowMs - stage.fromMs)}, ${shown}`;
}

const TONES: Readonly<Record<Rollout['phase'], Tone>> = {
  ramping: 'strong',
  promoting: 'good',
  watching: 'good',
  promoted: 'good',
  rolled_back: 'bad',
  aborted: 'warn',
};

/** The most units that any guardrail has seen of each arm. */
function unitsText(rollout: Rollout, verdicts: readonly Verdict[]): string {
  const candidate = Math.max(rollout.exposedUnits, ...verdicts.map((verdict) => verdict.unitsCandidate));
  const stable = Math.max(0, ...verdicts.map((verdict) => verdict.unitsStable));
  return `${candidate} candidate and ${stable} stable units`;
}

/** One line for each guardrail that has a verdict. */
export function guardrailLines(rollout: Rollout, verdicts: readonly Verdict[], paint: Paint = plain): string[] {
  const byId = new Map(verdicts.map((verdict) => [verdict.guardrail, verdict]));
  const rows = rollout.guardrails.flatMap((guardrail) => {
    const verdict = byId.get(guardrail.id);
    return verdict === undefined ? [] : [guardrailCells(guardrail, verdict, paint)];
  });
  return columns(rows).map((line) => `  ${line}`);
}

/** What the plan decided and why; what keeps the rollout where it is, and since when. */
function whyLines({ rollout, plan }: TickReport, paint: Paint): string[] {
  if (rollout === null) return [];
  const { hold, pause, outcome } = rollout;
  const lines: string[] = [];
  if (outcome !== null) lines.push(outcome.reason === '' ? outcome.code : `${outcome.code}: ${outcome.reason}`);
  if (hold !== null) lines.push(`held, ${hold.kind.replaceAll('_', ' ')}: ${hold.reason}`);
  if (pause !== null) lines.push(`paused by ${pause.by}: ${pause.because}`);
  const said = plan?.reasons.filter((reason) => !lines.some((line) => line.includes(reason))) ?? [];
  return [...said, ...lines].map((line) => `  ${paint('dim', '→')} ${line}`);
}
