import type { ReactElement } from 'react';
// The build for Node cannot be bundled as a module: it requires Node's own modules at run time.
import { renderToStaticMarkup } from 'react-dom/server.edge';
import type { MailImage, ReportRenderer } from '../../core/ports';
import { timeWriter } from '../../core/report/local-time';
import { byteLength } from '../../core/report/plain-text';
import { trendChart } from '../../core/report/trend-chart';
import { byUrgency, type WeeklyReport } from '../../core/report/weekly-report';
import { pngDrawer, type DrawingAssets } from './draw-png';
import { chartsOf, PromptLine, PromptSection, type Chart } from './prompt-section';
import { ReportPage, ShortenedNote } from './report-page';

/** Mail programs cut longer pages off (Gmail at 102 KB). */
export const MAX_HTML_BYTES = 100_000;
/** More digits than there can be prompts: the note about what was left out is never longer. */
const MANY = 1e9;

/** What there is room for, in order of urgency. */
interface Fitting {
  parts: ReactElement[];
  charts: Chart[];
  shortened: number;
}

/**
 * Weekly reports as mails that mail programs show alike: laid out in tables, styled for a light and a dark scheme, charts as
 * pictures. Where not every prompt fits, tables and charts are left out first, then prompts, the least urgent first; what was left out
 * is said.
 * @param assets reads what charts are drawn with
 */
export function reportRenderer(assets: () => Promise<DrawingAssets>): ReportRenderer {
  return {
    async render(report) {
      const { parts, charts, shortened } = fit(report);
      const missing = report.prompts.length - parts.length;
      const html = htmlOf(page(report, parts, shortened, missing));
      return { html, images: await draw(charts, report.trendWeeks, assets) };
    },
  };
}

function fit(report: WeeklyReport): Fitting {
  const when = timeWriter(report.timeZone);
  let left = MAX_HTML_BYTES - 1 - byteLength(htmlOf(page(report, [], MANY, MANY)));
  const lines: { size: number; line: ReactElement }[] = [];
  const prompts = byUrgency(report.prompts);
  for (const week of prompts) {
    const line = <PromptLine key={week.prompt} week={week} />;
    const size = sizeOf(line);
    if (size > left) break;
    left -= size;
    lines.push({ size, line });
  }
  const fitting: Fitting = { parts: [], charts: [], shortened: 0 };
  for (const [index, { size, line }] of lines.entries()) {
    const week = prompts[index]!;
    const charts = chartsOf(week, index);
    const { trendWeeks } = report;
    const section = <PromptSection key={week.prompt} week={week} charts={charts} trendWeeks={trendWeeks} when={when} />;
    const more = sizeOf(section) - size;
    const hasRoom = more <= left;
    if (hasRoom) left -= more;
    else fitting.shortened++;
    fitting.parts.push(hasRoom ? section : line);
    if (hasRoom) fitting.charts.push(...charts);
  }
  return fitting;
}

function page(report: WeeklyReport, parts: readonly ReactElement[], shortened: number, missing: number): ReactElement {
  return (
    <ReportPage report={report}>
      {parts}
      <ShortenedNote shortened={shortened} missing={missing} />
    </ReportPage>
  );
}

async function draw(
  charts: readonly Chart[],
  weeks: readonly string[],
  assets: () => Promise<DrawingAssets>,
): Promise<MailImage[]> {
  if (charts.length === 0) return [];
  const drawPng = await pngDrawer(assets);
  return charts.map(({ contentId, trend }) => ({ contentId, png: drawPng(trendChart(trend, weeks)) }));
}

/** Bytes that a part adds to the page, and a little more. */
function sizeOf(part: ReactElement): number {
  return byteLength(htmlOf(part));
}

/** React asks browsers to load pictures early; a mail has nothing to load. */
function htmlOf(element: ReactElement): string {
  const html = renderToStaticMarkup(element).replaceAll(/<link rel="preload" as="image" [^>]*>/gu, '');
  return `<!doctype html>${html}`;
}
