import type { Comparison } from '../../core/comparison/comparison';
import {
  refuseQuarantined,
  refuseStart,
  startComparison,
  usedAfterStart,
  type Refusal,
} from '../../core/comparison/plan-start';
import { wishedArms, type ComparisonWish } from '../../core/comparison/wish';
import { freezeMetric, wishedMetric, withMetric } from '../../core/comparison/wished-metric';
import { wordArms } from '../../core/comparison/wording';
import { RampartError } from '../../core/errors';
import { clip, clipName, jsonBytes, keptBeside, MAX_FROZEN_BYTES } from '../../core/item/item-size';
import { emptyItem, nextItem } from '../../core/item/next-item';
import { freezeGuardrails } from '../../core/judging/freeze-guardrails';
import { formatDuration } from '../../core/policy/duration';
import type { Policy } from '../../core/policy/policy';
import { show } from '../../core/policy/problem';
import type { PromptVersion } from '../../core/ports';
import type { Action } from '../../core/rollout/plan';
import { carryOut } from '../carry-out';
import type { Controller } from '../controller';
import { readHistory } from '../read-history';
import { readLabels } from '../read-labels';
import { resolvePolicy, type ResolvedPolicy } from '../resolve-policy';
import { archiveRollout } from '../rollout-archive';
import type { CommandReport } from '../run-command';
import { writeDecided, type Decided } from '../write-decided';

const DEFAULT_FOR_MS = 14 * 24 * 3_600_000;

/**
 * Starts the comparison that a person asks for, under the variants' policy: the same guardrails that their rollout would have.
 * @throws refused when none can start now, with the command that helps; bad_input with everything that is wrong with the wish
 */
export async function startComparisonByHand(
  controller: Controller,
  wish: ComparisonWish,
  nowMs: number,
): Promise<CommandReport> {
  const said = await writeDecided(controller, () => decide(controller, wish, nowMs));
  await carryOut(controller, wish.prompt, nowMs);
  return { prompt: wish.prompt, said };
}

async function decide(controller: Controller, wish: ComparisonWish, nowMs: number): Promise<Decided> {
  const { prompt } = wish;
  const item = (await controller.store.read(prompt)) ?? emptyItem(prompt, null, nowMs);
  const { labels, problem } = await readLabels(controller, prompt, null);
  if (problem !== null) throw new RampartError('provider_unavailable', problem);
  refuseIf(refuseStart(item, labels));
  const wished = wishedArms(wish, labels.production as number);
  if (!wished.ok) throw new RampartError('bad_input', wished.problems.join('; '));
  refuseIf(
    refuseQuarantined(
      item,
      wished.arms.map(({ version }) => version),
    ),
  );
  const versions = await existing(controller, prompt, wished.arms);
  const stable = labels.production as number;
  const resolved = comparedPolicy(controller, wish, wished.arms, versions);
  const { comparison, actions } = await prepare(controller, wish, { stable, arms: wished.arms, resolved }, nowMs);
  await archiveRollout(controller, item);
  const change = {
    rollout: keptBeside(comparison, item.rollout),
    comparison,
    about: comparison.id,
    stable,
    actions,
    usedVersions: usedAfterStart(item, comparison),
    by: clipName(wish.by),
  };
  const shares = comparison.arms.map(({ from, to }) => (to - from) / 100).join('/');
  const said = `comparison started: ${wordArms(comparison)} at ${shares} %, on ${comparison.metric.id}, for at most ${formatDuration(comparison.forMs)}`;
  return { next: nextItem(item, change, nowMs), said };
}

function refuseIf(refusal: Refusal | null): void {
  if (refusal !== null) throw new RampartError('refused', refusal.problem, { hint: refusal.hint });
}

/** The arms' versions as Langfuse holds them. */
async function existing(
  { langfuse }: Controller,
  prompt: string,
  arms: readonly { version: number }[],
): Promise<PromptVersion[]> {
  const found: PromptVersion[] = [];
  for (const { version } of arms) {
    const each = await langfuse.version(prompt, version);
    if (each === null) throw new RampartError('refused', `version ${version} of ${prompt} does not exist in Langfuse`);
    found.push(each);
  }
  return found;
}

type Valid = Extract<ResolvedPolicy, { ok: true }>;

/** The policy that guards the arms: of the arm that is named, else the one that all the variants have. */
function comparedPolicy(
  controller: Controller,
  { prompt, policyOf }: ComparisonWish,
  arms: readonly { name: string }[],
  versions: readonly PromptVersion[],
): Valid {
  const named = arms.findIndex(({ name }) => name === policyOf);
  if (policyOf !== null && named < 0) {
    const names = arms.map(({ name }) => name).join(', ');
    throw new RampartError('bad_input', `policy-of: expected one of ${names}, got ${show(policyOf)}`);
  }
  const asked = policyOf === null ? versions.slice(1) : [versions[named]!];
  const policies = asked.map(({ version, config }) => {
    const resolved = resolvePolicy(controller, prompt, config);
    if (resolved.ok) return resolved;
    throw new RampartError(
      'bad_input',
      `the policy of version ${version} is not valid: ${resolved.problems.join('; ')}`,
    );
  });
  const [first] = policies;
  const other = policies.findIndex(({ hash }) => hash !== first!.hash);
  if (other < 0) return first!;
  const [one, two] = [arms[1]!.name, arms[1 + other]!.name];
  throw new RampartError(
    'bad_input',
    `policy: expected one that all the variants have, got different ones of ${one} and ${two}`,
    {
      hint: `Name the one that holds: --policy-of ${one}`,
    },
  );
}

interface Ready {
  stable: number;
  arms: readonly { name: string; version: number; from: number; to: number }[];
  resolved: Valid;
}

async function prepare(
  controller: Controller,
  wish: ComparisonWish,
  { stable, arms, resolved }: Ready,
  nowMs: number,
): Promise<{ comparison: Comparison; actions: Action[] }> {
  const { prompt } = wish;
  const { policy } = resolved;
  const wished = wishedMetric(policy, wish);
  const times = timesOf(wish, policy);
  const { history } = await readHistory(controller, prompt, arms[0]!.version, withMetric(policy, wished), nowMs);
  const { guardrails, warnings } = freezeGuardrails(policy, history);
  const { warnings: others, ...metric } = freezeMetric(wished, guardrails, history.get(wished.written.metric) ?? []);
  const started = startComparison(
    {
      prompt,
      stable,
      startedBy: wish.by,
      because: wish.because,
      arms,
      policy,
      policyHash: resolved.hash,
      guardrails,
      ...metric,
      metricPolicy: wished.written,
      ...times,
      onWinner: wish.onWinner,
    },
    [...resolved.warnings, ...warnings, ...others],
    nowMs,
  );
  checkSize(started.comparison);
  return started;
}

/** How long at least and at most: by default the first step's time, and two weeks. */
function timesOf(wish: ComparisonWish, { steps }: Policy): { atLeastMs: number; forMs: number } {
  const forMs = wish.forMs ?? DEFAULT_FOR_MS;
  const atLeastMs = wish.atLeastMs ?? Math.min(steps[0]!.bakeMs, forMs);
  if (forMs > 0 && atLeastMs <= forMs) return { atLeastMs, forMs };
  const expected = `expected it above 0 and not below the least time of ${formatDuration(atLeastMs)}`;
  throw new RampartError('bad_input', `for: ${expected}, got ${formatDuration(forMs)}`);
}

/** What the comparison takes of the item's budget, with room for what is still to come of its arms. */
function checkSize(comparison: Comparison): void {
  const peak = { gate: -Number.MAX_VALUE, safe: -Number.MAX_VALUE };
  const perGuardrail = Object.fromEntries(comparison.guardrails.map(({ id }) => [id, peak]));
  const arms = comparison.arms.slice(1).map((arm) => ({
    ...arm,
    peaks: { harm: peak.gate, perGuardrail },
    dropped: { atMs: comparison.startedAtMs, reason: clip('x'.repeat(1000)), guardrail: clipName('x'.repeat(1000)) },
    result: Array.from({ length: 10 }, () => -Number.MAX_VALUE),
  }));
  const bytes = jsonBytes({ ...comparison, arms: [comparison.arms[0], ...arms] });
  if (bytes <= MAX_FROZEN_BYTES) return;
  throw new RampartError(
    'bad_input',
    `comparison: expected at most ${MAX_FROZEN_BYTES} bytes once it is frozen, got ${bytes}; compare fewer variants, or name fewer guardrails`,
  );
}
