import { afterPage, nextWindow } from '../../core/evidence/lanes';
import type { ScoreRow } from '../../core/ports';
import type { Controller } from '../controller';
import { requestMeter } from '../request-meter';
import type { RebuildState, ScoreObject } from './rebuild-state';
import { waitOf, type Step } from './step';

const SCORES_PER_PAGE = 100;
/** Pages of one object, and of one step: what a step that dies has to read again. */
const PAGES_PER_OBJECT = 20;

/** Reads the project's scores on, towards a time, and stores them. */
export async function readScoresOnce(
  controller: Controller,
  state: RebuildState,
  untilMs: number,
  nowMs: number,
): Promise<Step> {
  const meter = requestMeter(controller.budget, 'rebuild', nowMs);
  const rows: ScoreRow[] = [];
  let { lane } = state.scores;
  let waitMs = 0;
  try {
    for (let pages = 0; pages < PAGES_PER_OBJECT; pages++) {
      const window = nextWindow(lane, untilMs, untilMs);
      if (window === null) break;
      const query = { names: [], ...window, limit: SCORES_PER_PAGE };
      const page = await meter.ask(() => controller.langfuse.listScores(query));
      rows.push(...page.rows);
      lane = afterPage(lane, window, page.cursor);
    }
  } catch (error) {
    const saysMs = waitOf(error);
    if (saysMs === null) throw error;
    waitMs = saysMs;
  }
  if (rows.length > 0) state.scores.objects.push(await store(controller, rows));
  state.scores.lane = lane;
  state.requests += meter.used();
  return { waitMs };
}

/**
 * What the session ids of stored scores begin with: they are hashed already. Nobody without the key can make an id that looks so.
 */
export function sessionMark({ hashUnit }: Pick<Controller, 'hashUnit'>): string {
  return `${hashUnit('a session id that is hashed')}:`;
}

async function store(controller: Controller, rows: readonly ScoreRow[]): Promise<ScoreObject> {
  const { objects, hashUnit } = controller;
  const mark = sessionMark(controller);
  const hashed = rows.map((row) =>
    row.subject.kind === 'session'
      ? { ...row, subject: { ...row.subject, sessionId: `${mark}${hashUnit(`session:${row.subject.sessionId}`)}` } }
      : row,
  );
  const name = await objects.put('snapshot', new TextEncoder().encode(JSON.stringify(hashed)));
  const times = rows.map(({ timestampMs }) => timestampMs);
  return { name, fromMs: Math.min(...times), toMs: Math.max(...times), rows: rows.length };
}

/** The stored scores with a time in [fromMs, toMs), each once. */
export async function storedScores(
  { objects }: Pick<Controller, 'objects'>,
  { scores }: RebuildState,
  { fromMs, toMs }: { fromMs: number; toMs: number },
): Promise<ScoreRow[]> {
  const found: ScoreRow[] = [];
  for (const object of scores.objects) {
    if (object.fromMs >= toMs || object.toMs < fromMs) continue;
    const rows = JSON.parse(new TextDecoder().decode(await objects.get(object.name))) as ScoreRow[];
    found.push(...rows.filter(({ timestampMs }) => timestampMs >= fromMs && timestampMs < toMs));
  }
  return found;
}
