import { html, isolated, NOTHING, sizeOf, type Html } from './markup';
import { promptLine, promptSection } from './prompt-section';
import type { PromptWeek } from './prompt-week';
import { fullSentence } from './sentence';
import { byUrgency, headline, type WeeklyReport } from './weekly-report';
import { INTERVAL_NOTE } from './notes';
import { timeWriter } from './local-time';

/** Mail programs cut longer pages off (Gmail at 102 KB). */
export const MAX_HTML_BYTES = 100_000;
/** Needs of a person are listed before everything else, but must leave room for the rest. */
const MAX_NEEDS = 50;

/**
 * The report as one page that stands alone: no scripts, images or links, styles inline, colours left to the reader's light
 * or dark scheme. Where not every prompt fits, tables are left out first, then prompts, the least urgent first; what was
 * left out is said.
 * @returns HTML of fewer than {@link MAX_HTML_BYTES} bytes
 */
export function renderHtml(report: WeeklyReport): string {
  const when = timeWriter(report.timeZone);
  const prompts = byUrgency(report.prompts);
  const room = MAX_HTML_BYTES - sizeOf(page(report, html`${needsList(prompts)}${leftOut(1e9, 1e9)}`)) - 1;
  const lines = takeWhileRoom(prompts.map(promptLine), room);
  let left = room - lines.reduce((sum, line) => sum + sizeOf(line), 0);
  let shortened = 0;
  const parts = lines.map((line, index) => {
    const section = promptSection(prompts[index]!, when);
    const more = sizeOf(section) - sizeOf(line);
    if (more > left) {
      shortened++;
      return line;
    }
    left -= more;
    return section;
  });
  return page(report, html`${needsList(prompts)}${parts}${leftOut(shortened, prompts.length - lines.length)}`).markup;
}

function takeWhileRoom(parts: readonly Html[], room: number): Html[] {
  const taken: Html[] = [];
  let left = room;
  for (const part of parts) {
    left -= sizeOf(part);
    if (left < 0) break;
    taken.push(part);
  }
  return taken;
}

function page(report: WeeklyReport, content: Html): Html {
  const when = timeWriter(report.timeZone);
  const title = `Prompts of ${report.deployment}, week ${report.week}`;
  const empty = report.prompts.length === 0 ? html`<p>No prompt has been seen yet.</p>` : NOTHING;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="supported-color-schemes" content="light dark" />
        <title>${title}</title>
        <style>
          :root {
            color-scheme: light dark;
          }
        </style>
      </head>
      <body style="margin:0;padding:16px;font-family:Helvetica,Arial,sans-serif;font-size:16px;line-height:1.5">
        <div style="max-width:720px;margin:0 auto;overflow-wrap:break-word">
          <h1 style="font-size:23px;margin:0 0 4px">${isolated(title)}</h1>
          <p style="margin:4px 0">${fullSentence(headline(report))}</p>
          <p style="margin:4px 0">
            ${when(report.fromMs)} to ${when(report.toMs)}, ${report.timeZone}; made ${when(report.madeAtMs)}.
          </p>
          ${empty}${content}
          <p style="margin:28px 0 0;font-size:14px">${INTERVAL_NOTE}</p>
        </div>
      </body>
    </html> `;
}

function needsList(prompts: readonly PromptWeek[]): Html {
  const needs = prompts.flatMap(({ prompt, needs }) => needs.map((need) => ({ prompt, need })));
  if (needs.length === 0) return NOTHING;
  const left = needs.length - MAX_NEEDS;
  return html`<h2 style="font-size:19px;margin:28px 0 4px">Needs a person</h2>
    <ul style="padding-left:20px;margin:8px 0">
      ${needs
        .slice(0, MAX_NEEDS)
        .map(
          ({ prompt, need }) => html`<li><strong>${isolated(prompt)}</strong>: ${isolated(fullSentence(need))}</li> `,
        )}${left > 0 ? html`<li>And ${left} more, in the stored JSON.</li>` : NOTHING}
    </ul> `;
}

function leftOut(shortened: number, missing: number): Html {
  if (shortened === 0 && missing === 0) return NOTHING;
  return html`<p>
    To keep this mail short, tables of ${shortened} prompts and ${missing} further prompts are only in the stored JSON.
  </p>`;
}
