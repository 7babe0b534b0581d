import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { folderObjectStore } from '../src/adapters/local/folder-object-store';
import { folderPromptStore } from '../src/adapters/local/folder-prompt-store';
import { rebuildWeek } from '../src/app/rebuild/rebuild-week';
import { DRAWING_FILES } from '../src/core/config/drawing-files';
import type { DayPage, Manifest } from '../src/core/evidence/manifest';
import { openManifest } from '../src/core/evidence/new-manifest';
import { emptyItem, nextItem } from '../src/core/item/next-item';
import { addToAggregate, emptyAggregate } from '../src/core/metrics/aggregate';
import { createLangfuseData } from '../src/local/langfuse/data';
import { seededRandom } from '../src/local/random';
import { memoryController } from '../src/local/replay/replay';
import { runBundled } from './bundled';
import type { ReportCost, ReportWanted } from './report-process';
import { kilobytes, table, whole } from './table';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const WEEK_MS = 7 * DAY_MS;
/** Monday after 2026-W47, 07:00 UTC. */
const NOW_MS = Date.UTC(2026, 10, 23, 7);
const SUNDAY_MS = NOW_MS - (NOW_MS % DAY_MS);
const PROMPTS = 200;
const DAYS = 63;
const GENERATIONS_PER_HOUR = 60;
/** Prompts of different names have the same days: what is measured reads each of them anyway. */
const KINDS_OF_DAYS = 7;

/** What a report of many prompts costs, and how many requests the rebuilding of a week takes. @returns Markdown sections */
export async function reportBench(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rampart-bench-'));
  try {
    await seed(folder);
    const { resolve } = createRequire(__filename);
    for (const file of Object.values(DRAWING_FILES)) await copyFile(resolve(file), join(folder, basename(file)));
    const wanted: ReportWanted = { folder, assets: folder, nowMs: NOW_MS };
    const cost = await runBundled<ReportCost>('report-process.ts', wanted);
    return [reportSection(cost), await rebuildSection()].join('\n\n');
  } finally {
    await rm(folder, { recursive: true });
  }
}

function reportSection(cost: ReportCost): string {
  return [
    `## The weekly report of ${PROMPTS} prompts`,
    `Two versions, five metrics and three scores in each of the last ${DAYS * 24} hours, from a folder, bundled, with a heap of 180 MB.`,
    table(
      ['', ''],
      [
        ['time (goal: below 60 s)', `${whole(cost.ms)} ms`],
        ['processor time', `${whole(cost.cpuMs)} ms`],
        ['peak memory of the process (goal: below 512 MB)', `${whole(cost.peakRssMb)} MB`],
        ['objects read', `${whole(cost.reads)}, ${kilobytes(cost.readBytes)} KB`],
        ['HTML (goal: below 100 KB)', `${kilobytes(cost.htmlBytes)} KB`],
        ['charts', whole(cost.charts)],
        ['HTML and pictures', `${kilobytes(cost.mailBytes)} KB`],
      ],
    ),
  ].join('\n\n');
}

/** Prompts with hourly numbers, as the reader keeps them. */
async function seed(folder: string): Promise<void> {
  const objects = folderObjectStore({ folder });
  const store = folderPromptStore({ folder });
  const encode = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
  for (let n = 0; n < PROMPTS; n++) {
    const prompt = `team-${n % 9}/prompt-${n}`;
    const days: Manifest['days'] = [];
    for (let back = DAYS; back > 0; back--) {
      const dayMs = SUNDAY_MS - back * DAY_MS;
      const bytes = encode(dayPage(dayMs, (n + back) % KINDS_OF_DAYS));
      days.push([dayMs, [await objects.put('snapshot', bytes), 0, bytes.length]]);
    }
    const manifest = await objects.put('manifest', encode({ ...openManifest(prompt, null, null, NOW_MS), days }));
    const change = { rollout: null, stable: 1, actions: [], by: 'bench', manifest };
    await store.write(nextItem(emptyItem(prompt, 1, NOW_MS), change, NOW_MS));
  }
}

function dayPage(dayMs: number, kind: number): DayPage {
  const random = seededRandom(kind);
  const page: DayPage = {};
  for (let hour = 0; hour < 24; hour++) {
    const versions: DayPage[string] = (page[String(dayMs + hour * HOUR_MS)] = {});
    for (const version of ['1', '2']) {
      const metrics: DayPage[string][string] = (versions[version] = {});
      for (let i = 0; i < GENERATIONS_PER_HOUR; i++) {
        const values = {
          error_rate: random() < 0.02 ? 1 : 0,
          latency: 200 + 3000 * random() ** 3,
          cost: random() / 100,
          tokens: Math.round(800 * random()),
          traces: 1,
          'score:clarity': 1 + 4 * random(),
          'score:satisfied': random() < 0.8 ? 1 : 0,
          'covered:clarity': 1,
        };
        for (const [metric, value] of Object.entries(values)) {
          addToAggregate((metrics[metric] ??= emptyAggregate(metric === 'latency')), value);
        }
      }
    }
  }
  return page;
}

const WINDOW_MS = 6 * HOUR_MS;

/** Requests for a week of one prompt: windows of six hours, one of them before the week; the last page of each is not full. */
function requestsFor(observations: number, scores: number): number {
  const windows = WEEK_MS / WINDOW_MS;
  return (windows + 1) * Math.ceil(observations / windows / 1000) + windows * Math.ceil(scores / windows / 100);
}

async function rebuildSection(): Promise<string> {
  const [observations, scores] = [56_000, 5_600];
  const measured = await measuredRequests(observations, scores);
  const million = requestsFor(1_000_000, 100_000);
  const minutes = (perMinute: number): string => (million / perMinute).toFixed(million / perMinute < 10 ? 1 : 0);
  return [
    '## Rebuilding a week',
    `Counted for ${whole(observations)} generations and ${whole(scores)} scores of one prompt: ${measured} requests (by the formula ` +
      `${requestsFor(observations, scores)}). For 1,000,000 and 100,000: ${whole(million)} requests.`,
    table(
      ['requests a minute', 'minutes at half of the budget', 'minutes with all of it'],
      [100, 1000].map((perMinute) => [whole(perMinute), minutes(perMinute / 2), minutes(perMinute)]),
    ),
  ].join('\n\n');
}

/** Requests of a real rebuild right after the week. */
async function measuredRequests(observations: number, scores: number): Promise<number> {
  const data = createLangfuseData();
  const fromMs = SUNDAY_MS - WEEK_MS;
  const linked = { type: 'GENERATION', promptName: 'answer', promptVersion: 1, environment: 'production' } as const;
  for (let n = 0; n < observations; n++) {
    const startMs = fromMs + Math.floor((n * WEEK_MS) / observations);
    data.addObservation({ id: `o-${n}`, traceId: `t-${n}`, ...linked, startMs, endMs: startMs + 900 });
  }
  for (let n = 0; n < scores; n++) {
    const of = Math.floor((n * observations) / scores);
    const timestampMs = fromMs + Math.floor((of * WEEK_MS) / observations) + 1000;
    const subject = { kind: 'trace', traceId: `t-${of}` } as const;
    data.addScore({ id: `s-${n}`, name: 'clarity', dataType: 'NUMERIC', value: n % 5, subject, timestampMs });
  }
  const nowMs = SUNDAY_MS + 2 * HOUR_MS;
  const controller = memoryController(() => nowMs, data, { timeZone: 'UTC', deployment: 'bench' });
  const live = await controller.objects.put('manifest', manifestReadTo('answer', SUNDAY_MS));
  const change = { rollout: null, stable: 1, actions: [], by: 'bench', manifest: live };
  await controller.store.write(nextItem(emptyItem('answer', 1, nowMs), change, nowMs));
  const pace = { now: () => nowMs, wait: async () => {}, untilMs: Infinity };
  return (await rebuildWeek(controller, '2026-W47', pace)).requests;
}

function manifestReadTo(prompt: string, doneMs: number): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(openManifest(prompt, null, null, doneMs)));
}
