import type { Change } from './change';
import { html, isolated, NOTHING, type Html } from './markup';
import type { PromptWeek, VersionTable } from './prompt-week';
import { fullSentence } from './sentence';
import { wordDifference, wordRelative, wordValue } from './wording';
import type { Unit } from './measure';

const MAX_VERSIONS = 4;
const MAX_EVENTS = 20;
const MAX_ROWS = 30;

const TABLE = 'border-collapse:collapse;width:100%;font-size:14px;margin:8px 0 16px';
const LINE = 'border-bottom:1px solid #888';

/** A prompt's part of the page: sentence, state, tables, events. */
export function promptSection(week: PromptWeek, when: (atMs: number) => string): Html {
  return html`<h2 style="font-size:19px;margin:28px 0 4px">${isolated(week.prompt)}</h2>
    <p style="margin:4px 0">${isolated(week.sentence)}</p>
    <p style="margin:4px 0">Now: ${isolated(fullSentence(week.state))}${readNote(week, when)}</p>
    ${changeTable(week)}${versionSection(week.versions)}${eventList(week, when)}`;
}

/** A prompt's part where there is no room for its tables. */
export function promptLine(week: PromptWeek): Html {
  return html`<p style="margin:12px 0"><strong>${isolated(week.prompt)}</strong>: ${isolated(week.sentence)}</p>`;
}

/** How far the numbers go, when that is not the whole week. */
export function describeReading({ readThroughMs, problem }: PromptWeek, when: (atMs: number) => string): string {
  if (readThroughMs === null || problem !== null) return '';
  return `Langfuse has been read up to ${when(readThroughMs)} only: what came later in the week is not in the numbers.`;
}

function readNote(week: PromptWeek, when: (atMs: number) => string): Html {
  const note = describeReading(week, when);
  return note === '' ? NOTHING : html` <strong>${note}</strong>`;
}

function changeTable({ changes, prompt }: PromptWeek): Html {
  if (changes.length === 0) return NOTHING;
  const left = changes.length - MAX_ROWS;
  return html`<div style="overflow-x:auto">
      <table style="${TABLE}">
        <caption style="text-align:left">
          This week against the week before: ${isolated(prompt)}
        </caption>
        <tr style="${LINE}">
          ${head('Measure')}${head('This week')}${head('Week before')}${head('Difference (95 % interval)')}
        </tr>
        ${changes.slice(0, MAX_ROWS).map(changeRow)}
      </table>
    </div>
    ${left > 0 ? html`<p>${left} more lines are in the stored JSON.</p>` : NOTHING}`;
}

function changeRow(change: Change): Html {
  const { label, unit, now, before } = change;
  return html`<tr style="${LINE}">
    ${rowHead(label)}${cell(valueText(unit, now))}${cell(valueText(unit, before))}${cell(differenceText(change))}
  </tr> `;
}

/** A value with what it was computed from, where that is not said by the value itself. */
export function valueText(unit: Unit, value: Change['now']): string {
  if (value === null) return 'none';
  const text = wordValue(unit, value.value);
  return unit === 'count' ? text : `${text} (n ${wordValue('count', value.n)})`;
}

/** The difference in words; volumes and totals as a percentage too. */
export function differenceText({ unit, now, before, difference }: Change): string {
  if (now === null || before === null || difference === null) return '';
  const text = wordDifference(unit, difference, Math.max(Math.abs(now.value), Math.abs(before.value)));
  const relative = unit === 'count' || unit === 'usd' || unit === 'ms' ? wordRelative(now.value, before.value) : '';
  return relative === '' || relative === 'unchanged' ? text : `${text}, ${relative}`;
}

function versionSection({ versions, rows }: VersionTable): Html {
  const [only] = versions;
  if (only === undefined) return NOTHING;
  if (versions.length === 1) return html`<p style="margin:4px 0">All generations were of version ${only}.</p>`;
  const shown = mostSeen({ versions, rows });
  const left = versions.length - shown.length;
  return html`<div style="overflow-x:auto">
      <table style="${TABLE}">
        <caption style="text-align:left">
          Versions of this week, as they were served; a rollout's own judgement is in its history
        </caption>
        <tr style="${LINE}">
          ${head('Measure')}${shown.map((index) => head(`Version ${versions[index]}`))}
        </tr>
        ${rows.slice(0, MAX_ROWS).map(
          ({ label, unit, values }) =>
            html`<tr style="${LINE}">
              ${rowHead(label)}${shown.map((index) => cell(valueText(unit, values[index] ?? null)))}
            </tr> `,
        )}
      </table>
    </div>
    ${left > 0 ? html`<p>${left} more versions are in the stored JSON.</p>` : NOTHING}`;
}

/** Indexes of the versions with the most generations, in the table's order. */
function mostSeen({ versions, rows }: VersionTable): number[] {
  const volumes = rows.find(({ id }) => id === 'generations')?.values ?? [];
  const volume = (index: number): number => volumes[index]?.value ?? 0;
  const indexes = versions.map((_, index) => index).sort((a, b) => volume(b) - volume(a));
  return indexes.slice(0, MAX_VERSIONS).sort((a, b) => a - b);
}

function eventList({ events }: PromptWeek, when: (atMs: number) => string): Html {
  if (events.length === 0) return NOTHING;
  const left = events.length - MAX_EVENTS;
  return html`<ul style="padding-left:20px;margin:8px 0">
    ${left > 0 ? html`<li>${left} earlier events are in the stored JSON.</li>` : NOTHING}${events
      .slice(-MAX_EVENTS)
      .map(({ atMs, text }) => html`<li>${when(atMs)}: ${isolated(fullSentence(text))}</li> `)}
  </ul>`;
}

function head(text: string): Html {
  return html`<th scope="col" align="left" style="padding:4px">${text}</th>`;
}

function rowHead(text: string): Html {
  return html`<th scope="row" align="left" style="padding:4px;font-weight:normal">${isolated(text)}</th>`;
}

function cell(text: string): Html {
  return html`<td style="padding:4px">${text}</td>`;
}
