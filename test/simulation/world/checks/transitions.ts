import { hasVersion } from '../../../../src/core/item/version-ranges';
import { currentStage, isTerminal, type Phase, type Rollout } from '../../../../src/core/rollout/rollout';
import { type Check, type Write, wrong } from './check';

const EDGES: Record<Phase, readonly Phase[]> = {
  ramping: ['promoting', 'rolled_back', 'aborted'],
  promoting: ['watching', 'rolled_back', 'aborted'],
  watching: ['promoted', 'rolled_back', 'aborted'],
  promoted: [],
  rolled_back: [],
  aborted: [],
};

/** The audit event of each change of phase. */
const EVENTS: Record<Phase, string> = {
  ramping: 'started',
  promoting: 'promoting',
  watching: 'promoted',
  promoted: 'watch_ended',
  rolled_back: 'rolled_back',
  aborted: 'aborted',
};
const TRANSITIONS = new Set([...Object.values(EVENTS), 'advanced', 'paused', 'resumed']);

/** Invariant 3: revisions are consecutive, epochs grow, and every transition is one legal step with one audit event. */
export const oneTransition: Check = (write) => {
  const { before, after } = write;
  const expected = transitionsOf(before?.rollout ?? null, after.rollout);
  const events = newEvents(write).map(({ kind }) => kind);
  const seen = events.filter((kind) => TRANSITIONS.has(kind));
  const served = (item: Write['after'] | null): string =>
    JSON.stringify({ ...item?.assignment, epoch: 0, writtenAtMs: 0 });
  const isServedOtherwise = before !== null && served(before) !== served(after);
  const epochBefore = before?.assignment.epoch ?? 0;
  return [
    ...wrong(
      [after.revision !== (before?.revision ?? 0) + 1, `revision ${before?.revision} is followed by ${after.revision}`],
      [seen.sort().join() !== expected.sort().join(), `transitions ${expected.join()} have the events ${seen.join()}`],
      [after.assignment.epoch < epochBefore, `epoch ${epochBefore} is followed by ${after.assignment.epoch}`],
      [isServedOtherwise && after.assignment.epoch <= epochBefore, 'what is served changed under the same epoch'],
    ),
    ...illegalEdge(before?.rollout ?? null, after.rollout),
  ];
};

function transitionsOf(before: Rollout | null, after: Rollout | null): string[] {
  if (after === null) return [];
  if (before?.id !== after.id) return ['started'];
  const events: string[] = [];
  if (before.phase !== after.phase) events.push(EVENTS[after.phase]);
  else if (before.stages.length !== after.stages.length) events.push('advanced');
  if (before.pause === null && after.pause !== null) events.push('paused');
  if (before.pause !== null && after.pause === null && before.phase === after.phase) events.push('resumed');
  return events;
}

function illegalEdge(before: Rollout | null, after: Rollout | null): string[] {
  if (before === null || after === null) return wrong([before !== null, 'the rollout is gone']);
  if (before.id !== after.id) {
    return wrong(
      [!isTerminal(before.phase), `${after.id} started while ${before.id} was ${before.phase}`],
      [after.phase !== 'ramping' || after.stages.length !== 1, `${after.id} does not start at its first step`],
    );
  }
  const isEdge = before.phase === after.phase || EDGES[before.phase].includes(after.phase);
  const grown = after.stages.length - before.stages.length;
  return wrong(
    [!isEdge, `${before.phase} is followed by ${after.phase}`],
    [grown < 0 || grown > 1, `${grown} stages were added at once`],
    [isTerminal(before.phase) && grown !== 0, 'a rollout that ended got another stage'],
    [isTerminal(after.phase) && after.outcome === null, 'a rollout ended without an outcome'],
  );
}

/** Audit events that a write added. */
export function newEvents({ before, after }: Write) {
  const known = new Set(before?.audit.map(({ id }) => id));
  return after.audit.filter(({ id }) => !known.has(id));
}

/** Invariant 2: nothing but proof, or a person, advances. */
export const advanceNeedsProof: Check = ({ before, after, faultsSinceRead, manifest }) => {
  const [from, to] = [before?.rollout, after.rollout];
  if (!from || !to || from.id !== to.id || to.stages.length === from.stages.length) return [];
  if (to.promotedByHand !== null) return wrong([to.promotedByHand.because === '', 'promoted by hand without a reason']);
  const stage = currentStage(from);
  const bakedMs = currentStage(to).fromMs - stage.fromMs;
  const units = manifest?.experiment?.stageUnits[from.stages.length - 1] ?? [0, 0];
  const proof = to.phase === 'promoting' ? 'safe' : 'gate';
  const unproven = to.guardrails.filter(
    ({ id, gatesPromotion }) =>
      gatesPromotion && !((to.peaks.perGuardrail[id]?.[proof] ?? 0) >= Math.log(1 / to.policy.beta)),
  );
  const unread = faultsSinceRead.filter((fault) => /^langfuse\.(list|version)/u.test(fault));
  return wrong(
    [from.pause !== null, 'a paused rollout advanced'],
    [bakedMs < (from.policy.steps[stage.step]?.bakeMs ?? Infinity), `advanced after ${bakedMs} ms`],
    [Math.min(...units) < to.policy.minUnits, `advanced with ${JSON.stringify(units)}`],
    [unproven.length > 0, `advanced without proof of ${unproven.map(({ id }) => id).join()}`],
    [unread.length > 0, `advanced although ${unread.join()}`],
    [to.peaks.harm >= Math.log(1 / to.policy.alpha), 'advanced although harm was proven'],
  );
};

/** Invariant 6: what a person decided stands. */
export const aPersonWins: Check = ({ before, after }) => {
  const [from, to] = [before?.rollout, after.rollout];
  if (!from || !to || from.id !== to.id) return [];
  const isByController = to.phase === 'rolled_back' && from.phase !== 'rolled_back' && to.outcome?.by === 'controller';
  const promoted = from.promotedByHand;
  return wrong(
    [isByController && promoted !== null && !promoted.keepWatch, 'a promotion by hand was rolled back by itself'],
    [promoted !== null && to.promotedByHand === null, 'a promotion by hand was forgotten'],
  );
};

/** Invariant 7: a label starts a version once; versions that were rolled back do not start. */
export const startsOnce: Check = ({ before, after }, facts) => {
  const { rollout } = after;
  if (rollout === null || rollout.id === before?.rollout?.id) return [];
  const key = `${after.prompt}/${rollout.candidate}`;
  const goal = before?.rollout?.verification ?? null;
  return wrong(
    [
      goal !== null && goal.verifiedAtMs === null,
      `${key} started while production was on its way to ${goal?.production}`,
    ],
    [rollout.startedBy === 'label' && facts.startedByLabel.has(key), `the label started ${key} again`],
    [hasVersion(before?.quarantined ?? [], rollout.candidate), `${key} is quarantined and was started`],
    [!hasVersion(after.usedVersions, rollout.candidate), `${key} is not remembered as used`],
  );
};
