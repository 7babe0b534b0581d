import { fenceFor } from '../prompts/markdown-fence';
import { describeFinding } from '../prompts/plan/describe-finding';
import type { DefinitionPlan, Finding, Plan, PromptPlan } from '../prompts/plan/plan';
import { diffText } from './diff-render';
import { othersText } from './plan-render';
import { countPlan, countsText, definitionName, outcomeText, tagsText } from './plan-words';

/** Longest diff of one definition in it. */
const LONGEST_DIFF = 15_000;

/** So that a comment that is there already can be found and replaced. */
export const COMMENT_MARK = '<!-- rampart plan -->';

/** A comment on GitHub holds 65,536 characters. */
const LONGEST = 60_000;

/** The plan as a comment on a pull request. */
export function planMarkdown(plan: Plan): string {
  const head = [COMMENT_MARK, `### Rampart plan: ${countsText(countPlan(plan))}`, ''].join('\n');
  const parts = plan.prompts.flatMap(promptParts);
  const others = othersText(plan.others);
  const kept: string[] = [];
  let length = head.length;
  for (const part of parts) {
    if (length + part.length > LONGEST) break;
    kept.push(part);
    length += part.length;
  }
  const left = parts.length - kept.length;
  return [
    head,
    ...kept,
    ...(left === 0 ? [] : [`_${left} more do not fit into a comment; \`rampart plan\` shows them._`]),
    ...(others === null ? [] : [`_${escaped(others)}_`]),
    '',
  ].join('\n');
}

function promptParts(plan: PromptPlan): string[] {
  const { prompt, definitions, findings, actions } = plan;
  const shown = definitions.filter((each) => each.outcome.kind !== 'unchanged' || each.findings.length > 0);
  const tags = actions.flatMap((action) =>
    action.kind === 'rewrite_tags'
      ? [`tags of all its versions: ${tagsText(action.from)} → ${tagsText(action.to)}`]
      : [],
  );
  const about = [...tags.map((text) => `- ${escaped(text)}`), ...findings.map((each) => findingItem(each, prompt))];
  const own = about.length === 0 ? [] : [`**${escaped(prompt)}**\n\n${about.join('\n')}\n`];
  return [...shown.map((definition) => definitionPart(plan, definition)), ...own];
}

function definitionPart(plan: PromptPlan, definition: DefinitionPlan): string {
  const { outcome, findings, semver } = definition;
  const head = `**${escaped(definitionName(plan, definition))}** ${semver}: ${escaped(outcomeText(definition, plan))}`;
  const items = findings.map((each) => findingItem(each, plan.prompt));
  const lines =
    outcome.kind === 'new_version' ? [...diffText(outcome.diff.body), ...configLines(outcome.diff.config)] : [];
  const diff = lines.length === 0 ? [] : ['<details><summary>Changes</summary>', '', fenced(lines), '', '</details>'];
  return [head, '', ...items, ...(items.length === 0 ? [] : ['']), ...diff, ''].join('\n');
}

function configLines(lines: Parameters<typeof diffText>[0]): string[] {
  return lines.length === 0 ? [] : ['@@ config @@', ...diffText(lines)];
}

function findingItem(finding: Finding, prompt: string): string {
  const { tone, text, command } = describeFinding(finding, prompt);
  const mark = { refused: '🛑 ', warning: '⚠️ ', note: '' }[tone];
  return `- ${mark}${escaped(text)}${command === '' ? '' : `: ${code(command)}`}`;
}

function fenced(lines: readonly string[]): string {
  const whole = lines.join('\n');
  const text = whole.length <= LONGEST_DIFF ? whole : `${whole.slice(0, LONGEST_DIFF)}\n@@ … cut here @@`;
  const fence = fenceFor(text, 3);
  return `${fence}diff\n${text}\n${fence}`;
}

/** A command, which never starts or ends with a backtick. */
function code(text: string): string {
  const fence = fenceFor(text, 1);
  return `${fence}${text}${fence}`;
}

/** Names and labels never become markup, mentions or links. */
function escaped(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]<>#|~@]/gu, String.raw`\$&`).replaceAll('\\@', '@\u200B');
}
