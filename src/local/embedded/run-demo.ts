import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inspectRollout, type Inspection } from '../../app/inspect-rollout';
import type { LogEvent } from '../../app/controller';
import type { ComparisonView } from '../../core/comparison/view';
import { emptyItem } from '../../core/item/next-item';
import { isTerminal, type Rollout } from '../../core/rollout/rollout';
import { localSettings, SIMULATION_START_MS } from '../replay/replay';
import { simulatedTraffic, type Traffic } from '../replay/traffic';
import {
  concludeDemoComparison,
  startDemoComparison,
  viewDemoComparison,
  type DemoComparisonResult,
} from './demo-comparison';
import { STABLE, type DemoPrompt, type Scenario } from './demo-scenario';
import { startEmbedded, type Embedded } from './embedded';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const HISTORY_DAYS = 7;
/** Enough for its reference numbers. */
const COMPARED_HISTORY_DAYS = 1;
/** The report's schedule: 07:00 on the day after. */
const REPORT_HOUR_MS = 7 * HOUR_MS;
/** Before the first rollout and after the last, only the weekly numbers are kept: time passes faster. */
const IDLE_TICK_MS = 6 * HOUR_MS;

export interface DemoOptions {
  outDir: string;
  scenario: Scenario;
  /** Simulated days. */
  days: number;
  tickEveryMs: number;
  /** Simulated time between two progress lines of a prompt. */
  progressEveryMs: number;
  /** Called with what there is to show: at each progress line and at each change. */
  show: (inspection: Inspection, nowMs: number) => void;
  showComparison: (view: ComparisonView, nowMs: number) => void;
  log: (event: LogEvent) => void;
  isInterrupted: () => boolean;
}

/** How the demo ended, per prompt, and what it wrote. */
export interface DemoResult {
  prompts: {
    prompt: string;
    stable: string;
    candidate: string;
    outcome: 'promoted' | 'rolled_back' | 'aborted' | 'held';
    hours: number;
    exposedUnits: number;
    reason: string;
  }[];
  /** null where the scenario has none. */
  comparison: DemoComparisonResult | null;
  week: string;
  ticks: number;
  /** Paths inside the output folder. */
  files: string[];
}

/**
 * The main job on stand-ins: two candidates, real judge scores, the real handlers over HTTP, a week in a minute.
 * @returns null when interrupted; everything started here is closed in any case
 */
export async function runDemo(options: DemoOptions): Promise<DemoResult | null> {
  let nowMs = SIMULATION_START_MS;
  const endMs = SIMULATION_START_MS + options.days * DAY_MS + REPORT_HOUR_MS;
  await mkdir(options.outDir, { recursive: true });
  const settings = localSettings({
    deployment: 'demo',
    defaultPolicy: options.scenario.policy,
    tickEveryMs: options.tickEveryMs,
  });
  const embedded = await startEmbedded({ outboxDir: options.outDir, now: () => nowMs, settings, log: options.log });
  try {
    const visits = options.scenario.prompts.map((prompt) => {
      return { prompt, traffic: simulatedTraffic(prompt.traffic), shown: { state: '', atMs: -Infinity } };
    });
    const { compared } = options.scenario;
    const comparing = compared && { prompt: compared, traffic: simulatedTraffic(compared.traffic) };
    for (const { prompt, traffic } of visits) writeHistory(embedded, prompt, traffic, HISTORY_DAYS);
    if (comparing !== null) writeHistory(embedded, comparing.prompt, comparing.traffic, COMPARED_HISTORY_DAYS);
    for (nowMs -= HISTORY_DAYS * DAY_MS; nowMs < SIMULATION_START_MS; nowMs += IDLE_TICK_MS) {
      if (options.isInterrupted()) return null;
      await embedded.tick();
    }
    for (const { prompt } of visits) {
      embedded.langfuse.data.createPrompt(
        { name: prompt.prompt, prompt: 'the candidate', labels: ['candidate'] },
        nowMs,
      );
    }
    if (compared !== null) await beginComparison(embedded, compared, nowMs);
    let shownAtMs = nowMs;
    let isComparing = compared !== null;
    let ticks = 0;
    while (nowMs < endMs) {
      if (options.isInterrupted()) return null;
      await embedded.tick();
      ticks++;
      let isRunning = false;
      for (const visit of visits) {
        const rollout = (await embedded.controller.store.read(visit.prompt.prompt))?.rollout ?? null;
        if (rollout === null) continue;
        isRunning ||= !isTerminal(rollout.phase);
        if (!isNews(visit.shown, rollout, nowMs, options.progressEveryMs)) continue;
        const inspection = await inspectRollout(embedded.controller, visit.prompt.prompt);
        if (inspection !== null) options.show(inspection, nowMs);
      }
      if (compared !== null) {
        const comparison = (await embedded.controller.store.read(compared.prompt))?.comparison ?? null;
        isComparing = comparison?.phase === 'running';
        isRunning ||= isComparing;
        const isDue = isComparing ? nowMs - shownAtMs >= options.progressEveryMs : comparison?.outcome?.atMs === nowMs;
        const view = isDue ? await viewDemoComparison(embedded.controller, compared.prompt, nowMs) : null;
        if (view !== null) options.showComparison(view, (shownAtMs = nowMs));
      }
      const untilMs = Math.min(nowMs + (isRunning ? options.tickEveryMs : IDLE_TICK_MS), endMs);
      // Its users leave with the end of the comparison: nothing is shown of them afterwards.
      const served = isComparing && comparing !== null ? [...visits, comparing] : visits;
      for (const { prompt, traffic } of served) await serve(embedded, prompt.prompt, traffic, nowMs, untilMs);
      nowMs = untilMs;
    }
    await embedded.compareVariants();
    const { week } = await embedded.weeklyReport({});
    return await conclude(embedded, options, { week, ticks, endMs });
  } finally {
    await embedded.close();
  }
}

/** The second version is there, without a label: a person starts the comparison. */
async function beginComparison({ controller, langfuse }: Embedded, compared: DemoPrompt, nowMs: number): Promise<void> {
  langfuse.data.createPrompt({ name: compared.prompt, prompt: 'the variant', labels: [] }, nowMs);
  await startDemoComparison(controller, compared, nowMs);
}

function writeHistory({ langfuse }: Embedded, { prompt }: DemoPrompt, traffic: Traffic, days: number): void {
  const toMs = SIMULATION_START_MS;
  const fromMs = toMs - days * DAY_MS;
  langfuse.data.createPrompt({ name: prompt, prompt: 'the stable version', labels: ['production'] }, fromMs);
  traffic.serve(langfuse.data, emptyItem(prompt, STABLE, fromMs).assignment, fromMs, toMs);
}

async function serve(
  { controller, langfuse }: Embedded,
  prompt: string,
  traffic: Traffic,
  fromMs: number,
  toMs: number,
): Promise<void> {
  const assignment = await controller.store.readAssignment(prompt);
  if (assignment !== null) traffic.serve(langfuse.data, assignment, fromMs, toMs);
}

/** Whether there is something to show: a change, or enough time since the last line of a running rollout. */
function isNews(shown: { state: string; atMs: number }, rollout: Rollout, nowMs: number, everyMs: number): boolean {
  const state = `${rollout.phase} ${rollout.stages.length} ${rollout.pause === null}`;
  const isDue = !isTerminal(rollout.phase) && nowMs - shown.atMs >= everyMs;
  if (state === shown.state && !isDue) return false;
  shown.state = state;
  shown.atMs = nowMs;
  return true;
}

async function conclude(
  { controller, aws }: Embedded,
  { scenario, outDir }: DemoOptions,
  { week, ticks, endMs }: { week: string; ticks: number; endMs: number },
): Promise<DemoResult> {
  const results: DemoResult['prompts'] = [];
  for (const { prompt, stable, candidate } of scenario.prompts) {
    const rollout = (await controller.store.read(prompt))?.rollout;
    if (rollout == null) throw new Error(`no rollout of ${prompt} was started`);
    const endedMs = rollout.promotedAtMs ?? rollout.outcome?.atMs ?? endMs;
    results.push({
      prompt,
      stable,
      candidate,
      outcome: outcomeOf(rollout),
      hours: (endedMs - rollout.startedAtMs) / HOUR_MS,
      exposedUnits: rollout.exposedUnits,
      reason: rollout.outcome?.reason ?? rollout.hold?.reason ?? '',
    });
  }
  const reports: [string, string | null][] = [];
  for (const ending of ['html', 'json']) {
    reports.push([`report-${week}.${ending}`, await controller.documents.getDocument(`reports/${week}.${ending}`)]);
  }
  const written = reports.flatMap(([name, body]) => (body === null ? [] : [[name, body] as const]));
  for (const [name, body] of written) await writeFile(join(outDir, name), body);
  const { compared } = scenario;
  const comparison = compared && (await concludeDemoComparison(controller, compared.prompt, outDir, endMs));
  const charts = comparison === null ? [] : [comparison.file];
  const result: DemoResult = {
    prompts: results,
    comparison: comparison && comparison.result,
    week,
    ticks,
    files: [
      ...written.map(([name]) => name),
      ...charts,
      `${aws.alerts.length} alerts`,
      `${aws.mails.length} ${aws.mails.length === 1 ? 'mail' : 'mails'}`,
    ],
  };
  await writeFile(join(outDir, 'summary.json'), `${JSON.stringify(result, null, 2)}\n`);
  return result;
}

/** Promoted counts from the moment `production` moved, whether the watch is over or not. */
function outcomeOf({ phase, promotedAtMs }: Rollout): DemoResult['prompts'][number]['outcome'] {
  if (phase === 'rolled_back' || phase === 'aborted') return phase;
  return promotedAtMs === null ? 'held' : 'promoted';
}
