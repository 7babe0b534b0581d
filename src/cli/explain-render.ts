import type { Explanation } from '../app/explain-rollout';
import type { AuditEvent } from '../core/item/prompt-item';
import type { FrozenGuardrail } from '../core/judging/guardrail';
import type { Verdict } from '../core/judging/verdict';
import { wordEvidence, wordMargin, wordMean } from '../core/judging/wording';
import { differenceText, VERDICT_TONES } from './guardrail-figures';
import { renderHistory } from './history';
import type { Paint } from './paint';
import { columns } from './table';

/** A look for people: each guardrail's numbers and why, what they say together, what was decided. */
export function renderExplanation(explanation: Explanation, paint: Paint): string[] {
  const { rollout, verdicts } = explanation;
  return [
    ...headLines(explanation, paint),
    ...rollout.guardrails.flatMap((guardrail, index) => {
      const verdict = verdicts[index];
      return verdict === undefined ? [] : ['', ...guardrailLines(explanation, guardrail, verdict, paint)];
    }),
    '',
    ...togetherLines(explanation, paint),
    '',
    ...decidedLines(explanation, paint),
  ];
}

function headLines({ rollout, tickMs, nextTickMs, stage }: Explanation, paint: Paint): string[] {
  const { prompt, candidate, stable } = rollout;
  const which = nextTickMs === null ? 'its newest' : `the next one came at ${time(nextTickMs)}`;
  return [
    `${paint('strong', prompt)}: version ${candidate} against ${stable} at ${stage.percent} % since ${time(stage.fromMs)}`,
    `look of ${time(tickMs)} UTC, ${which}`,
  ];
}

function guardrailLines(
  { rollout, peaks }: Explanation,
  guardrail: FrozenGuardrail,
  verdict: Verdict,
  paint: Paint,
): string[] {
  const { transform } = guardrail;
  const { alpha, beta } = rollout.policy;
  const peak = peaks?.perGuardrail[guardrail.id];
  const mean = (z: number | null): string => (z === null ? 'no data' : wordMean(transform, z));
  const safety = (logE: number, largest: number | undefined): string =>
    `${evidence(logE)}${largest === undefined ? '' : `, at most so far ${evidence(largest)}`}; needed ${needed(beta)}`;
  const facts = [
    ['units', `${verdict.unitsCandidate} candidate, ${verdict.unitsStable} stable`],
    ['means', `${mean(verdict.meanCandidate)} against ${mean(verdict.meanStable)}`],
    ['difference', `${differenceText(transform, verdict)}; accepted ${wordMargin(transform, verdict.delta)}`],
    ['worse, engine A', evidence(verdict.logEHarmA)],
    ['worse, engine B', evidence(verdict.logEHarmB)],
    ...plannedEndFacts(guardrail),
    ['worse, both', `${evidence(verdict.logEHarm)}; harmful by itself at ${needed(alpha)}`],
    ...floorFacts(guardrail, verdict),
    ['within 3 margins', safety(verdict.logESafeGate, peak?.gate)],
    ['within the margin', safety(verdict.logESafe, peak?.safe)],
    ['why', verdict.reason],
  ];
  const kind = paint(VERDICT_TONES[verdict.kind], verdict.kind.replace('_', ' '));
  return [`${paint('strong', guardrail.id)}: ${kind}`, ...indented(facts)];
}

function plannedEndFacts({ harmPlan }: FrozenGuardrail): string[][] {
  if (harmPlan === undefined) return [];
  const { effectiveUnits, bound } = harmPlan.plannedEnd;
  const when = `at ${Math.round(effectiveUnits)} effective units`;
  return [['planned end', `in engine A: ${when}, a deficit of ${bound.toFixed(2)} standard errors is proof`]];
}

function floorFacts({ transform, floor }: FrozenGuardrail, { logEFloor, logEFloorStable }: Verdict): string[][] {
  if (floor === null || logEFloor === null) return [];
  const stable = logEFloorStable === null ? '' : `; the stable version's own ${evidence(logEFloorStable)}`;
  return [[`beyond ${wordMean(transform, floor)}`, `${evidence(logEFloor)}${stable}`]];
}

function togetherLines({ rollout, harm, peaks, srm }: Explanation, paint: Paint): string[] {
  const { alpha, alphaSrm } = rollout.policy;
  const largest = peaks === null ? '' : `, at most so far ${evidence(peaks.harm)}`;
  const units = srm.stages.map(({ percent, firstExposed: { stable, candidate } }) => {
    return `${candidate} of ${candidate + stable} new units at ${percent} %`;
  });
  const facts = [
    ['worse', `${evidence(harm.logE)} (weighted mean)${largest}; a rollback needs ${needed(alpha)}`],
    ['named', harm.proven.length === 0 ? 'no guardrail is proven worse by itself' : harm.proven.join(', ')],
    ...(harm.bothArmsBroken.length === 0 ? [] : [['both arms broken', harm.bothArmsBroken.join(', ')]]),
    ['shares', `${units.join(', ') || 'no units yet'}: ${evidence(srm.logE)}; a data fault needs ${needed(alphaSrm)}`],
  ];
  return [paint('strong', 'together'), ...indented(facts)];
}

function decidedLines({ events: { before, decided, after } }: Explanation, paint: Paint): string[] {
  const labelled = (label: string, events: readonly AuditEvent[]): string[] =>
    renderHistory(events).map((line) => `  ${label}  ${line}`);
  return [
    paint('strong', 'decided'),
    ...labelled('before', before === null ? [] : [before]),
    ...(decided.length === 0 ? ['  then    nothing new: what held before went on'] : labelled('then  ', decided)),
    ...labelled('after ', after === null ? [] : [after]),
  ];
}

function indented(facts: readonly (readonly string[])[]): string[] {
  return columns(facts).map((line) => `  ${line}`);
}

function evidence(logE: number): string {
  return `ln e ${logE.toFixed(2)} (${wordEvidence(logE)})`;
}

function needed(bound: number): string {
  return `ln e ${Math.log(1 / bound).toFixed(2)} (${wordEvidence(Math.log(1 / bound))})`;
}

/** With milliseconds only where there are some. */
function time(ms: number): string {
  return new Date(ms)
    .toISOString()
    .replace('T', ' ')
    .replace(/(?:\.000)?Z$/u, '');
}
