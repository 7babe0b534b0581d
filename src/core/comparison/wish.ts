import { BUCKETS } from '../assignment/bucket';
import type { Direction } from '../metrics/metric';
import { show } from '../policy/problem';
import type { OnWinner } from './comparison';

/** What a person asks for with `rampart compare start`; null where they leave it open. */
export interface ComparisonWish {
  prompt: string;
  by: string;
  because: string;
  variants: readonly { name: string; version: number }[];
  /** Percent of the traffic of each variant, in their order; null = all of it in even parts. */
  shares: readonly number[] | null;
  /** Name of the control; null = the variant that is in production. */
  control: string | null;
  /** Name of the arm whose policy holds; null = the variants', who must then agree. */
  policyOf: string | null;
  /** Text form of a metric, or the name of a score. */
  metric: string;
  direction: Direction | null;
  range: readonly [number, number] | null;
  margin: number | null;
  forMs: number | null;
  atLeastMs: number | null;
  onWinner: OnWinner;
}

/** The arms that a wish comes to, the control first, or everything that is wrong with it. */
export type WishedArms =
  | { ok: true; arms: { name: string; version: number; from: number; to: number }[] }
  | { ok: false; problems: string[] };

const FEWEST_ARMS = 2;
const MOST_ARMS = 8;
/** What a share of a percent may be written to: a bucket. */
const BUCKETS_PER_PERCENT = BUCKETS / 100;

/** Lays the arms out over the buckets. Buckets that are left over get the version in production and are in no arm. */
export function wishedArms(wish: ComparisonWish, production: number): WishedArms {
  const { variants } = wish;
  const control = variants.findIndex(({ name, version }) =>
    wish.control === null ? version === production : name === wish.control,
  );
  const problems = [...variantProblems(wish), ...shareProblems(wish)];
  if (control < 0 && variants.length > 0) problems.push(controlProblem(wish, production));
  if (problems.length > 0) return { ok: false, problems };
  const widths = widthsOf(wish);
  const order = [control, ...[...variants.keys()].filter((index) => index !== control)];
  let from = 0;
  const arms = order.map((index) => {
    const to = from + widths[index]!;
    const arm = { ...variants[index]!, from, to };
    from = to;
    return arm;
  });
  return { ok: true, arms };
}

function widthsOf({ variants, shares }: ComparisonWish): number[] {
  if (shares !== null) return shares.map((percent) => Math.round(percent * BUCKETS_PER_PERCENT));
  const even = Math.floor(BUCKETS / variants.length);
  const left = BUCKETS - even * variants.length;
  return variants.map((_, index) => even + (index < left ? 1 : 0));
}

function variantProblems({ variants }: ComparisonWish): string[] {
  const problems: string[] = [];
  if (variants.length < FEWEST_ARMS || variants.length > MOST_ARMS) {
    problems.push(`variants: expected ${FEWEST_ARMS} to ${MOST_ARMS}, got ${variants.length}`);
  }
  for (const [index, { name, version }] of variants.entries()) {
    const earlier = variants.slice(0, index);
    if (!/^[A-Za-z0-9_-]{1,32}$/u.test(name)) {
      problems.push(`variants: expected names of 1 to 32 letters (a to z), digits, - or _, got ${show(name)}`);
    }
    if (earlier.some((other) => other.name === name))
      problems.push(`variants: expected every name once, got ${name} twice`);
    if (earlier.some((other) => other.version === version)) {
      problems.push(`variants: expected every version once, got ${version} twice`);
    }
  }
  return problems;
}

function shareProblems({ shares, variants }: ComparisonWish): string[] {
  if (shares === null) return [];
  const problems: string[] = [];
  if (shares.length !== variants.length) {
    problems.push(`shares: expected one for each of the ${variants.length} variants, got ${shares.length}`);
  }
  const bad = shares.find((percent) => {
    const buckets = percent * BUCKETS_PER_PERCENT;
    return !(buckets >= 1) || Math.abs(buckets - Math.round(buckets)) > 1e-6;
  });
  if (bad !== undefined) problems.push(`shares: expected percents of at least 0.01 in steps of 0.01, got ${bad}`);
  const sum = shares.reduce((total, percent) => total + percent, 0);
  if (sum > 100 + 1e-9) problems.push(`shares: expected at most 100 % together, got ${Number(sum.toFixed(4))}`);
  return problems;
}

function controlProblem({ control, variants }: ComparisonWish, production: number): string {
  const names = variants.map(({ name }) => name).join(', ');
  if (control !== null) return `control: expected one of ${names}, got ${show(control)}`;
  return `control: expected a variant of version ${production}, which is in production, or --control with one of ${names}`;
}
