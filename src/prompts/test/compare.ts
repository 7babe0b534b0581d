import type { WholeVersion } from '../../core/ports';
import type { PromptBody, PromptDefinition } from '../definition';
import { contentHash } from '../hash';
import { shareDifference, type Interval } from './intervals';
import { judgedSamples, type CaseResult } from './results';
import { runTests, type RunOptions } from './run-tests';

/** A prompt of the folder against the version that holds `production`, on the same cases. */
export interface ComparisonResult {
  name: string;
  variant: string | null;
  /** Null where nothing holds `production`. */
  production: number | null;
  /** Share of samples that pass, new less production, with its 95 % interval; null where nothing could be compared. */
  difference: (Interval & { value: number }) | null;
  /** Shares of samples that pass; null as above. */
  shares: { candidate: number; production: number } | null;
  /** `same`: the contents are equal. `unknown`: no production, or no sample was judged. `open`: neither is proven better. */
  outcome: 'better' | 'worse' | 'open' | 'same' | 'unknown';
}

/** What is compared: a definition with its cases as they came out. */
export interface Candidate {
  definition: PromptDefinition;
  cases: readonly CaseResult[];
}

/**
 * Runs the cases of each candidate on its version in production too.
 * @param production of a name; null where nothing holds the label
 */
export async function compareWithProduction(
  candidates: readonly Candidate[],
  production: ReadonlyMap<string, WholeVersion | null>,
  definitions: readonly PromptDefinition[],
  options: RunOptions,
): Promise<ComparisonResult[]> {
  const runs = candidates.map((candidate) => ({
    candidate,
    version: production.get(candidate.definition.name) ?? null,
  }));
  const running = runs.filter(({ candidate, version }) => version !== null && !isSame(candidate, version));
  const cases = await runTests(
    running.map(({ candidate: { definition }, version }) => ({
      sendable: { body: sendableBody(version!), config: configOf(version!) },
      tests: definition.tests,
      prices: definition.prices,
    })),
    definitions,
    options,
  );
  return runs.map(({ candidate, version }) => {
    const index = running.findIndex((each) => each.candidate === candidate);
    return comparison(candidate, version, index === -1 ? null : cases[index]!);
  });
}

function comparison(
  { definition: { name, variant }, cases }: Candidate,
  version: WholeVersion | null,
  ofProduction: readonly CaseResult[] | null,
): ComparisonResult {
  const base = { name, variant, production: version?.version ?? null, difference: null, shares: null };
  if (version === null) return { ...base, outcome: 'unknown' };
  if (ofProduction === null) return { ...base, outcome: 'same' };
  const [candidate, production] = [judgedSamples(cases), judgedSamples(ofProduction)];
  if (candidate.of === 0 || production.of === 0) return { ...base, outcome: 'unknown' };
  const difference = shareDifference(candidate, production);
  return {
    ...base,
    difference,
    shares: { candidate: candidate.passed / candidate.of, production: production.passed / production.of },
    outcome: difference.high < 0 ? 'worse' : difference.low > 0 ? 'better' : 'open',
  };
}

function isSame({ definition: { body, config } }: Candidate, version: WholeVersion): boolean {
  return contentHash({ body, config }) === contentHash(version);
}

/** What is no message of a role is left out: an app could not send it either. */
function sendableBody({ body }: WholeVersion): PromptBody {
  if (body.type === 'text') return body;
  return { type: 'chat', messages: body.messages.flatMap((message) => ('other' in message ? [] : [message])) };
}

function configOf({ config }: WholeVersion): Readonly<Record<string, unknown>> {
  return typeof config === 'object' && config !== null && !Array.isArray(config) ? { ...config } : {};
}
