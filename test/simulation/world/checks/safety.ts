import { hasVersion } from '../../../../src/core/item/version-ranges';
import { combineHarm, judgeGuardrail } from '../../../../src/core/judging/judge';
import { currentStage, isTerminal } from '../../../../src/core/rollout/rollout';
import { type Check, isTick, wrong } from './check';

/** Invariant 1: a tick that has evidence of harm rolls back, whatever state the rollout is in. */
export const judgedInEveryState: Check = (write, facts) => {
  const { before, after, manifest } = write;
  const { rollout } = after;
  if (rollout === null || isTerminal(rollout.phase) || !isTick(write)) return [];
  if (before?.rollout?.id !== rollout.id || manifest?.experiment?.experimentId !== rollout.id) return [];
  if (rollout.promotedByHand !== null && !rollout.promotedByHand.keepWatch) return [];
  if (rollout.hold?.kind === 'stable_missing' && !facts.exists(after.prompt, rollout.stable)) return [];
  const states = manifest.experiment.states[0]!;
  const verdicts = rollout.guardrails.map((guardrail, i) => judgeGuardrail(guardrail, states[i]!, rollout.policy));
  const { logE } = combineHarm(verdicts, rollout.guardrails, rollout.policy);
  const limit = Math.log(1 / rollout.policy.alpha);
  return wrong(
    [logE >= limit, `the evidence proves harm (ln e ${logE.toFixed(1)}) and the rollout is ${rollout.phase}`],
    [rollout.peaks.harm >= limit, `harm is latched and the rollout is ${rollout.phase}`],
    [logE > rollout.peaks.harm + 1e-9, 'the stored peak is below the evidence'],
  );
};

/** Invariant 5: nobody is sent to a version that is known to be gone, or to one that was rolled back. */
export const goesBackToWhatExists: Check = ({ before, after }, facts) => {
  const [from, to] = [before?.rollout, after.rollout];
  if (!from || !to || from.id !== to.id || from.phase === to.phase || to.phase !== 'rolled_back') return [];
  const isKnownMissing = from.hold?.kind === 'stable_missing' && !facts.exists(after.prompt, to.stable);
  return wrong(
    [isKnownMissing && to.outcome?.by === 'controller', `rolled back to version ${to.stable}, known to be gone`],
    [!hasVersion(after.quarantined, to.candidate), `version ${to.candidate} is not quarantined`],
    [to.verification !== null && to.verification.verifiedAtMs !== null, 'a rollback is verified before it was made'],
  );
};

/** What is served is what the rollout says, in the same write. */
export const servesTheRollout: Check = ({ before, after }, facts) => {
  const { assignment, rollout } = after;
  const running = rollout !== null && !isTerminal(rollout.phase) ? rollout : null;
  const arm = assignment.arms[0];
  const isNewlyServed = assignment.stable !== before?.assignment.stable;
  return wrong(
    [running === null && assignment.arms.length > 0, 'a candidate is served without a rollout'],
    [running !== null && assignment.arms.length !== 1, 'a rollout without its arm'],
    [running !== null && arm?.version !== running.candidate, `version ${arm?.version} is served as the candidate`],
    [
      running !== null && arm?.to !== currentStage(running).percent * 100,
      `${arm?.to} buckets are served the candidate`,
    ],
    [running !== null && assignment.stable !== running.stable, `version ${assignment.stable} is served as stable`],
    [
      isNewlyServed &&
        assignment.stable !== null &&
        hasVersion(after.quarantined, assignment.stable) &&
        !facts.isWished(after.prompt, assignment.stable),
      `everyone is served version ${assignment.stable}, which was rolled back`,
    ],
  );
};
