import { formatDuration } from '../core/policy/duration';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;

/** How long something has lasted, for people: whole minutes from a minute on, whole seconds below. A clock that went back counts as 0. */
export function formatAge(ageMs: number): string {
  const positiveMs = Math.max(0, ageMs);
  const unitMs = positiveMs < MINUTE_MS ? SECOND_MS : MINUTE_MS;
  return formatDuration(Math.floor(positiveMs / unitMs) * unitMs);
}
