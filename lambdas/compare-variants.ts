import { compareVariants } from '../src/app/compare-variants';
import { badEvent, failingLoudly, isRecord, type Handler, type HandlerDeps } from './handler';
import { awsDeps } from './wire';

/**
 * Looks at every running comparison of prompt versions, hourly.
 * @throws what comparing throws, and RampartError `bad_input` for an event that is not `{"schedule": "compare-variants"}`
 */
export function makeHandler(deps: HandlerDeps): Handler<{ compared: number }> {
  return async (event) => {
    const controller = await deps.controller();
    return failingLoudly(controller.log, { event: 'compare_failed' }, async () => {
      if (!isRecord(event) || event['schedule'] !== 'compare-variants') {
        throw badEvent('{"schedule": "compare-variants"}', event);
      }
      const result = await compareVariants(controller, deps.now());
      controller.log({ level: 'info', event: 'compare_succeeded', compared: result.compared });
      return result;
    });
  };
}

export const handler = makeHandler(awsDeps());
