import { RampartError } from '../../core/errors';
import { hasVersion } from '../../core/item/version-ranges';
import type { PromptStore } from '../../core/ports';
import type { Plan } from '../plan/plan';
import { shellWord } from '../../core/shell-word';

/**
 * A stored plan may be older than a rollback.
 * @throws RampartError `refused` when it labels a version that was rolled back since
 */
export async function mustNotBeRolledBack(plan: Plan, store: Pick<PromptStore, 'read'>): Promise<void> {
  for (const { prompt, actions } of plan.prompts) {
    const versions = actions.flatMap((action) => (action.kind === 'move_label' ? [action.version] : []));
    if (versions.length === 0) continue;
    const quarantined = (await store.read(prompt))?.quarantined ?? [];
    const rolledBack = versions.find((version) => hasVersion(quarantined, version));
    if (rolledBack === undefined) continue;
    throw new RampartError('refused', `version ${rolledBack} of ${prompt} was rolled back since the plan was made`, {
      hint: `release it first: rampart release ${shellWord(prompt)} ${rolledBack}`,
    });
  }
}
