import type { ComparisonView } from '../../../src/core/comparison/view';
import { timeWriter } from '../../../src/core/report/local-time';
import { sumHours } from '../../../src/core/report/numbers';
import { promptWeek, type PromptWeek } from '../../../src/core/report/prompt-week';
import { TREND_WEEKS } from '../../../src/core/report/trend';
import { parseWeek, periodOf, weekBefore } from '../../../src/core/report/week';
import type { WeeklyReport } from '../../../src/core/report/weekly-report';
import { dayPages, sampleEvent, sampleItem, sampleRollout, type Hour } from './sample';

const ZONE = 'Europe/Berlin';
const WEEK = parseWeek('2026-W47');
const WEEK_MS = 7 * 24 * 3_600_000;
const DAY_MS = 24 * 3_600_000;

/** 2026-W40 to 2026-W47. */
const WEEKS = Array.from({ length: TREND_WEEKS }, () => WEEK);
for (let i = WEEKS.length - 2; i >= 0; i--) WEEKS[i] = weekBefore(WEEKS[i + 1]!);

/** Eight weeks of a busy prompt: clarity falls a little in the last one, with version 4. */
export function busyHours(names: { score: string; category: string }, weeks = TREND_WEEKS): Hour[] {
  return Array.from({ length: weeks }, (_, back): Hour[] => {
    const middleMs = Date.parse('2026-11-18T09:00:00Z') - back * WEEK_MS;
    const hour = (atMs: number, version: number, worse: number): Hour => ({
      hour: new Date(atMs).toISOString(),
      version,
      values: {
        error_rate: Array.from({ length: 200 }, (_, i) => (i < 3 + worse ? 1 : 0)),
        latency: Array.from({ length: 200 }, (_, i) => 400 + 9 * i + 40 * ((back * 7) % 5)),
        cost: Array.from({ length: 200 }, (_, i) => 0.001 + 0.00001 * (i % 30)),
        tokens: Array.from({ length: 200 }, (_, i) => 300 + (i % 50)),
        [`score:${names.score}`]: Array.from({ length: 90 }, (_, i) =>
          Math.min(5, 4.2 - worse / 3 + ((i * 7) % 9) / 8),
        ),
        [`score:tone=${names.category}`]: Array.from({ length: 30 }, () => 1),
        'score:tone=neutral': Array.from({ length: 60 }, () => 1),
        'score:satisfied': Array.from({ length: 80 }, (_, i) => (i % 5 === 0 ? 0 : 1)),
      },
    });
    return back === 0 ? [hour(middleMs, 3, 0), hour(middleMs + DAY_MS, 4, 2)] : [hour(middleMs, 3, 0)];
  }).flat();
}

/** What a prompt's week would be with these hours. */
export function weekOf(prompt: string, hours: readonly Hour[], changes: Partial<PromptWeek> = {}): PromptWeek {
  const pages = [...dayPages(hours).values()];
  const sums = WEEKS.map((week) => sumHours(pages, periodOf(week, ZONE)));
  const week = promptWeek({
    item: sampleItem(prompt),
    week: periodOf(WEEK, ZONE),
    now: sums.at(-1)!,
    before: sums.at(-2)!,
    earlier: sums.slice(0, -2),
    comparison: null,
    health: { facts: {}, listed: null },
    audit: [],
    readThroughMs: Infinity,
    problem: null,
    when: timeWriter(ZONE),
  });
  return { ...week, ...changes };
}

/** A prompt's week in which every text that people write is the same one. */
export function hostileWeek(text: string): PromptWeek {
  const pages = [...dayPages(busyHours({ score: text.replaceAll('=', ''), category: text })).values()];
  const sums = WEEKS.map((week) => sumHours(pages, periodOf(week, ZONE)));
  const pause = { by: text, because: text, atMs: 0 };
  return promptWeek({
    item: sampleItem(text, { rollout: sampleRollout(text, { pause }) }),
    week: periodOf(WEEK, ZONE),
    now: sums.at(-1)!,
    before: sums.at(-2)!,
    earlier: sums.slice(0, -2),
    comparison: comparisonOf(text),
    health: { facts: { no_unit: 3, ambiguous_score: 1 }, listed: 500 },
    audit: [sampleEvent(text, 1, '2026-11-18T09:00:00Z', 'rolled_back', { reason: text, by: text })],
    readThroughMs: null,
    problem: null,
    when: timeWriter(ZONE),
  });
}

/** A report of these prompts. */
export function reportOf(prompts: PromptWeek[], deployment = 'acme'): WeeklyReport {
  const { fromMs, toMs } = periodOf(WEEK, ZONE);
  const totals = { generations: 1000, unlinked: 100 };
  const trendWeeks = WEEKS.map(({ text }) => text);
  return {
    schema: 1,
    deployment,
    week: WEEK.text,
    timeZone: ZONE,
    fromMs,
    toMs,
    madeAtMs: toMs,
    trendWeeks,
    totals,
    prompts,
  };
}

/** How a comparison of three versions is shown, one of them taken out. */
function comparisonOf(text: string): ComparisonView {
  const arm = { percent: 33, units: 400, mean: '4.12', smallest: '', guardrails: [], isWinner: false, dropped: null };
  const against = { isControl: false, differenceZ: 0.05, lowZ: 0.01, highZ: 0.09 };
  const none = { difference: '', differenceZ: null, lowZ: null, highZ: null };
  return {
    schema: 1,
    id: `${text}/compare/1`,
    prompt: text,
    metric: `score:${text}`,
    direction: 'higher_is_better',
    margin: '0.05',
    marginZ: 0.01,
    confidencePercent: 95,
    startedAtMs: Date.parse('2026-11-17T09:00:00Z'),
    startedBy: text,
    because: text,
    untilMs: Date.parse('2026-12-01T09:00:00Z'),
    endedAtMs: Date.parse('2026-11-20T09:00:00Z'),
    state: 'winner',
    sentence: text,
    arms: [
      { ...arm, ...none, name: 'control', version: 3, isControl: true },
      { ...arm, ...against, name: text, version: 4, isWinner: true, difference: '+0.19 (+0.05 to +0.33)' },
      { ...arm, ...against, ...none, name: 'c', version: 5, units: 20, mean: '', dropped: text },
    ],
    srmLogE: null,
    leftMs: null,
    next: text,
  };
}
