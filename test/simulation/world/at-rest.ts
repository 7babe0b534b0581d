import { hasVersion } from '../../../src/core/item/version-ranges';
import type { World } from './world';

/** What is not as it should be once the faults have ended and some ticks have passed. */
export function notAtRest(world: World): string[] {
  const problems = world.ledger.missingAtRest();
  for (const [prompt, item] of world.ledger.items) {
    const production = world.data.prompts.byLabel(prompt, 'production')?.version ?? null;
    const isBad = production !== null && hasVersion(item.quarantined, production);
    if (isBad && !world.isWished(prompt, production)) {
      problems.push(`${prompt}: production is on version ${production}, which was rolled back`);
    }
    const { rollout } = item;
    const isEnded = rollout !== null && rollout.outcome !== null;
    if (isEnded && rollout.verification?.verifiedAtMs === null) {
      const goal = rollout.verification.production;
      if (world.data.prompts.byVersion(prompt, goal) !== null) {
        problems.push(`${prompt}: the end of ${rollout.id} (production on ${goal}) is not verified`);
      }
    }
    if (isEnded && item.assignment.stable !== production && rollout.verification?.verifiedAtMs !== null) {
      problems.push(`${prompt}: version ${item.assignment.stable} is served, production is on ${production}`);
    }
  }
  return problems;
}

/** Invariant 8: who has had the candidate keeps it for as long as the rollout lasts. */
export function notSticky(world: World): string[] {
  return world.audiences.flatMap(({ visits }) => {
    const since = new Map<string, number>();
    const problems: string[] = [];
    for (const { user, arm, epoch, experiment } of visits) {
      if (experiment === null) continue;
      const key = `${experiment} ${user}`;
      if (arm === 'candidate') since.set(key, Math.min(epoch, since.get(key) ?? Infinity));
      else if (epoch >= (since.get(key) ?? Infinity)) problems.push(`${key} went back to stable`);
    }
    return problems;
  });
}
