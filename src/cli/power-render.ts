import type { PowerReport, PromptPower } from '../app/plan-power';
import { wordMargin } from '../core/judging/wording';
import type { GuardrailPower, Moment } from '../core/planning/plan-power';
import { formatRoughly } from '../core/policy/duration';
import type { Paint } from './paint';
import { columns } from './table';

const COUNT = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** A plan for people: the ramp, then what each guardrail will see by the end of each step. */
export function renderPower(report: PowerReport, paint: Paint): string[] {
  return [
    ...rampLines(report, paint),
    ...report.guardrails.flatMap((power) => ['', ...guardrailLines(power, paint)]),
    ...(report.warnings.length === 0
      ? []
      : ['', ...report.warnings.map((text) => `${paint('warn', 'warning:')} ${text}`)]),
  ];
}

/** Whose history and whose policy a plan was made from. */
export function renderSource({ stable, policyOf, historyMs }: PromptPower, prompt: string, paint: Paint): string {
  const history = `${formatRoughly(historyMs)} of history of version ${stable}`;
  return `${paint('strong', prompt)}: ${history}, policy of version ${policyOf}`;
}

function rampLines({ ramp, unitsPerDay, policy, promotedAfterMs, finalAfterMs }: PowerReport, paint: Paint): string[] {
  const steps = ramp.steps.map(({ percent, fromMs, toMs }, index) => {
    const isStuck = ramp.isHeld && index === ramp.steps.length - 1;
    return `${percent} % ${isStuck ? 'and held there' : `for ${formatRoughly(toMs - fromMs)}`}`;
  });
  const end =
    promotedAfterMs === null || finalAfterMs === null
      ? paint('bad', 'not promoted')
      : `promoted after ${formatRoughly(promotedAfterMs)}, final after ${formatRoughly(finalAfterMs)}`;
  return [
    `${COUNT.format(unitsPerDay)} ${policy.unit}s a day`,
    `a candidate that is as good as stable, at even odds: ${[...steps, end].join(', ')}`,
  ];
}

function guardrailLines({ guardrail, unitsPerDay, steps, ...power }: GuardrailPower, paint: Paint): string[] {
  const { transform, delta } = guardrail;
  const size = (effect: number | null): string => (effect === null ? 'none' : wordMargin(transform, effect));
  const rows = steps.map(({ percent, atMs, units, smallest50, smallest80 }) => [
    `${percent} %`,
    formatRoughly(atMs),
    COUNT.format(units.candidate),
    COUNT.format(units.stable),
    size(smallest50),
    size(smallest80),
  ]);
  const head = ['step', 'ends after', 'candidate units', 'stable units', 'found at 50 %', 'found at 80 %'];
  const margin = wordMargin(transform, delta);
  const facts = [
    [`${margin} is found at 50 %`, momentText(power.marginFound50)],
    [`${margin} is found at 80 %`, momentText(power.marginFound80)],
    ['an equal candidate is proven safe', momentText(power.provenSafe)],
  ];
  return [
    `${paint('strong', guardrail.id)}: margin ${margin}, ${COUNT.format(unitsPerDay)} units with a value a day`,
    ...[...columns([head, ...rows]), ...columns(facts)].map((line) => `  ${line}`),
  ];
}

function momentText(moment: Moment | null): string {
  if (moment === null) return 'not within the ramp';
  const { candidate, stable } = moment.units;
  return `after ${formatRoughly(moment.atMs)}, ${COUNT.format(candidate)} candidate and ${COUNT.format(stable)} stable units`;
}
