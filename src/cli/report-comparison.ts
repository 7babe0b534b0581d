import type { Controller } from '../app/controller';
import type { Comparison } from '../core/comparison/comparison';

/**
 * Reports the end of a comparison as the schedule does in AWS. The library for mails takes half a second to load: only what has
 * something to report loads it.
 */
export async function reportComparison(
  controller: Controller,
  comparison: Comparison | null,
  nowMs: number,
): Promise<void> {
  if (comparison?.phase !== 'ended' || comparison.mailedAtMs !== null) return;
  const { installedAssets } = await import('../adapters/mail/installed-assets');
  const { comparisonRenderer } = await import('../adapters/mail/comparison-renderer');
  const { reportEnded } = await import('../app/comparison/report-ended');
  await reportEnded(controller, comparisonRenderer(installedAssets), comparison.prompt, nowMs);
}
