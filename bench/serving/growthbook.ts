import { GrowthBookClient } from '@growthbook/growthbook';
import { PERCENT, PROMPT, type Started } from './subject';

/** A percentage roll-out, the cheapest rule that does the job: no experiment, so nothing is tracked. */
export async function start(): Promise<Started> {
  const rule = { force: 'candidate', coverage: PERCENT / 100, hashAttribute: 'id', hashVersion: 2, seed: PROMPT };
  const features = { [PROMPT]: { defaultValue: 'stable', rules: [rule] } };
  const client = new GrowthBookClient().initSync({ payload: { features } });
  const picksCandidate = (unit: string): boolean =>
    client.getFeatureValue(PROMPT, 'stable', { attributes: { id: unit } }) === 'candidate';
  return { picksCandidate, close: () => client.destroy() };
}
