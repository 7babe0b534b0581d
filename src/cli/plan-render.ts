import { describeFinding } from '../prompts/plan/describe-finding';
import type { DefinitionPlan, Finding, Plan, PromptPlan } from '../prompts/plan/plan';
import { renderDiff } from './diff-render';
import type { Paint, Tone } from './paint';
import { countPlan, countsText, definitionName, outcomeText, tagsText } from './plan-words';

const MARKS: Readonly<Record<DefinitionPlan['outcome']['kind'], readonly [Tone, string]>> = {
  new_version: ['good', '+'],
  relabel: ['warn', '~'],
  refused: ['bad', '!'],
  left: ['warn', '='],
  unchanged: ['dim', '='],
};

/** Names of prompts without a definition that are listed. */
const MOST_OTHERS = 5;

/** What a deploy would do, for people: only what there is something to say about, and how many of each there are. */
export function renderPlan(plan: Plan, paint: Paint): string[] {
  const prompts = plan.prompts.flatMap((each) => renderPrompt(each, paint));
  const others = othersText(plan.others);
  return [
    ...prompts,
    ...(others === null ? [] : [paint('dim', others)]),
    `${paint('strong', 'Plan:')} ${countsText(countPlan(plan))}.`,
  ];
}

export function othersText(others: readonly string[]): string | null {
  if (others.length === 0) return null;
  const named = others.slice(0, MOST_OTHERS).join(', ');
  const more = others.length > MOST_OTHERS ? ', …' : '';
  const count = others.length === 1 ? '1 prompt in Langfuse has' : `${others.length} prompts in Langfuse have`;
  return `${count} no definition here: ${named}${more} (rampart pull adopts them)`;
}

function renderPrompt(plan: PromptPlan, paint: Paint): string[] {
  const shown = plan.definitions.filter(({ outcome, findings }) => outcome.kind !== 'unchanged' || findings.length > 0);
  if (shown.length === 0 && plan.findings.length === 0) return [];
  const definitions = shown.flatMap((definition) => renderDefinition(plan, definition, paint));
  const title = shown.length === 0 ? [`${paint('dim', '=')} ${paint('strong', plan.prompt)}  unchanged`] : [];
  const tags = plan.actions.flatMap((action) =>
    action.kind === 'rewrite_tags'
      ? [`    ${paint('warn', '~')} tags of all its versions: ${tagsText(action.from)} → ${tagsText(action.to)}`]
      : [],
  );
  return [
    ...title,
    ...definitions,
    ...tags,
    ...plan.findings.map((each) => renderFinding(each, plan.prompt, paint)),
    '',
  ];
}

function renderDefinition(plan: PromptPlan, definition: DefinitionPlan, paint: Paint): string[] {
  const { outcome, findings, semver, file } = definition;
  const [tone, mark] = MARKS[outcome.kind];
  const name = paint('strong', definitionName(plan, definition));
  const head = `${paint(tone, mark)} ${name} ${semver}  ${outcomeText(definition, plan)}  ${paint('dim', file)}`;
  const notes = findings.map((each) => renderFinding(each, plan.prompt, paint));
  if (outcome.kind !== 'new_version') return [head, ...notes];
  return [head, ...section(outcome.diff.body, null, paint), ...section(outcome.diff.config, 'config', paint), ...notes];
}

function section(lines: Parameters<typeof renderDiff>[0], title: string | null, paint: Paint): string[] {
  if (lines.length === 0) return [];
  const shown = renderDiff(lines, paint).map((line) => `    ${line}`.trimEnd());
  return title === null ? shown : [`    ${paint('dim', `${title}:`)}`, ...shown];
}

function renderFinding(finding: Finding, prompt: string, paint: Paint): string {
  const { tone, text, command } = describeFinding(finding, prompt);
  const mark = { refused: paint('bad', '!'), warning: paint('warn', '!'), note: paint('dim', '·') }[tone];
  return `    ${mark} ${text}${command === '' ? '' : `: ${paint('strong', command)}`}`;
}
