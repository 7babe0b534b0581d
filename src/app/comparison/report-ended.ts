import { comparisonText, headlineOf } from '../../core/comparison/render-text';
import type { Comparison } from '../../core/comparison/comparison';
import { alertSubject } from '../../core/item/describe-alert';
import type { PromptItem } from '../../core/item/prompt-item';
import type { ComparisonRenderer, MailImage } from '../../core/ports';
import { embedImages } from '../../core/report/embed-images';
import { timeWriter } from '../../core/report/local-time';
import { plainText } from '../../core/report/plain-text';
import type { Controller } from '../controller';
import { rewriteItem } from '../rewrite-item';
import { inspectComparison } from './inspect-comparison';
import { viewInspected, type ViewedComparison } from './view-comparison';

/** The comparison of an item that has ended and was not reported yet; null = there is nothing to report. */
export function unreported({ comparison }: PromptItem): Comparison | null {
  return comparison?.phase === 'ended' && comparison.mailedAtMs === null ? comparison : null;
}

/**
 * Reports the end of a prompt's comparison: stores its figures, page and chart as `comparisons/ID.json`, `.html` and `.svg`, then mails
 * it, or sends its text as an alert where no mail is set up, then marks it. A crash in between may send it a second time with the
 * same message id, and loses nothing.
 * @returns false when there was nothing to report
 */
export async function reportEnded(
  controller: Controller,
  renderer: ComparisonRenderer,
  prompt: string,
  nowMs: number,
): Promise<boolean> {
  const inspection = await inspectComparison(controller, prompt);
  if (inspection === null || unreported(inspection.item) === null) return false;
  const { comparison } = inspection;
  const viewed = await viewInspected(controller, inspection, nowMs);
  const mail = await renderer.render(viewed.view, viewed.plainSvg, controller.settings.timeZone);
  await store(controller, comparison, viewed, embedImages(mail.html, mail.images));
  await send(controller, comparison, viewed, mail);
  await mark(controller, comparison, nowMs);
  controller.log({ level: 'info', event: 'comparison_reported', prompt, comparison: comparison.id });
  return true;
}

async function store(
  { documents }: Controller,
  { id }: Comparison,
  { view, series, svg }: ViewedComparison,
  html: string,
): Promise<void> {
  const files = [
    ['json', `${JSON.stringify({ ...view, series }, null, 2)}\n`, 'application/json'],
    ['svg', svg, 'image/svg+xml'],
    ['html', html, 'text/html; charset=utf-8'],
  ] as const;
  for (const [ending, body, contentType] of files) {
    await documents.putDocument(`comparisons/${id}.${ending}`, body, { contentType, ifAbsent: false });
  }
}

async function send(
  controller: Controller,
  comparison: Comparison,
  { view }: ViewedComparison,
  { html, images }: { html: string; images: readonly MailImage[] },
): Promise<void> {
  const { deployment, timeZone } = controller.settings;
  const id = `comparison/${comparison.id}`;
  const subject = `[${plainText(deployment)}] ${plainText(comparison.prompt)}: ${headlineOf(view)}`;
  const text = comparisonText(view, timeWriter(timeZone));
  if (controller.mail !== null) {
    await controller.mail.send({ id, subject, html, text, images });
    return;
  }
  const attributes = { alert: 'comparison_report', severity: 'info', prompt: comparison.prompt };
  await controller.alerts.send({ id, subject: alertSubject(subject), text, attributes });
}

/** Notes that it was reported, whatever else has been written meanwhile. */
async function mark(controller: Controller, { id, prompt }: Comparison, nowMs: number): Promise<void> {
  await rewriteItem(controller, prompt, (item) => {
    if (item.comparison?.id !== id || unreported(item) === null) return item;
    return { ...item, revision: item.revision + 1, comparison: { ...item.comparison, mailedAtMs: nowMs } };
  });
}
