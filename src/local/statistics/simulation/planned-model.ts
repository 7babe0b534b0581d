import { freezeHarmPlan } from '../../../core/judging/freeze-harm-plan';
import type { MetricModel } from './metric-model';
import { type TrafficModel, VALUES_PER_USER } from './simulate-rollout';

const HOUR_MS = 3_600_000;
/** Of three values that come hours apart a user's are met on so many days on average. */
const DAYS_PER_USER = 1.2;

/**
 * The metric with its evidence for harm planned, as at the start of a rollout whose history has the traffic's own volume.
 * @param forecast the volume that is foreseen, over the real one
 */
export function plannedModel(
  model: MetricModel,
  { perDay, isClustered, switchHour, watchHour, hours }: TrafficModel,
  alpha: number,
  forecast = 1,
): MetricModel {
  const { guardrail } = model;
  const steps = [
    { percent: 10, bakeMs: switchHour * HOUR_MS },
    { percent: 50, bakeMs: ((watchHour ?? hours) - switchHour) * HOUR_MS },
  ];
  const unitsPerDay = isClustered ? (DAYS_PER_USER * perDay) / VALUES_PER_USER : perDay;
  // Values are judged at the end of the tick that they come in: nothing is waited for.
  const waitsForNothing = { ...guardrail, settleMs: 0 };
  const harmPlan = freezeHarmPlan(waitsForNothing, { alpha, steps, settleMs: 0 }, forecast * unitsPerDay);
  return harmPlan === undefined ? model : { ...model, guardrail: { ...guardrail, harmPlan } };
}
