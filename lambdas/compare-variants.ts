import { SESv2Client } from '@aws-sdk/client-sesv2';
import { sesMailSender } from '../src/adapters/aws/ses-mail-sender';
import { bundledAssets } from '../src/adapters/mail/bundled-assets';
import { comparisonRenderer } from '../src/adapters/mail/comparison-renderer';
import { compareVariants, type ComparedVariants } from '../src/app/compare-variants';
import type { ComparisonRenderer } from '../src/core/ports';
import { badEvent, failingLoudly, isRecord, type Handler, type HandlerDeps } from './handler';
import { awsDeps } from './wire';

/**
 * Hourly: reports the comparisons that have ended, and sets versions side by side that were served anyway. Running comparisons are
 * judged by the ticks.
 * @throws what comparing throws, and RampartError `bad_input` for an event that is not `{"schedule": "compare-variants"}`
 */
export function makeHandler(deps: HandlerDeps, renderer: ComparisonRenderer): Handler<ComparedVariants> {
  return async (event) => {
    const controller = await deps.controller();
    return failingLoudly(controller.log, { event: 'compare_failed' }, async () => {
      if (!isRecord(event) || event['schedule'] !== 'compare-variants') {
        throw badEvent('{"schedule": "compare-variants"}', event);
      }
      const result = await compareVariants(controller, renderer, deps.now());
      controller.log({ level: 'info', event: 'compare_succeeded', ...result });
      return result;
    });
  };
}

/** Lambda says where the function's code lies. */
const assets = bundledAssets(process.env['LAMBDA_TASK_ROOT'] ?? '.');

export const handler = makeHandler(
  awsDeps((mail) => sesMailSender({ client: new SESv2Client(), now: Date.now, ...mail })),
  comparisonRenderer(assets),
);
