import { assign, type Assignment } from '../../core/assignment/assignment';
import type { LangfuseData } from '../langfuse/data';
import { normal, type Random } from '../random';
import { drawer, type JudgedAnswer } from '../scores/score-table';

/** What serves one prompt's users. */
export interface TrafficOptions {
  prompt: string;
  /** Version → the answers it gives. */
  answers: ReadonlyMap<number, readonly JudgedAnswer[]>;
  usersPerDay: number;
  random: Random;
  /** Prefix of user ids, so that two simulations have different users. */
  salt: string;
  /** State latency, tokens, cost and errors, made up from the answer's length, instead of the length as a score. */
  withOperations: boolean;
}

const DAY_MS = 24 * 3_600_000;
const SCORE_DELAY_MS = 20_000;
/** Speed and price of the made-up model. */
const CHARS_PER_SECOND = 350;
const CHARS_PER_TOKEN = 4;
const USD_PER_TOKEN = 6e-6;
const BASE_ERROR_RATE = 0.004;

/** Users who arrive evenly over the day, each once, each with the real judge score of one answer of the version they got. */
export interface Traffic {
  /** Serves everyone who arrives in [fromMs, toMs) by the assignment, and writes what Langfuse would hold. */
  serve(data: LangfuseData, assignment: Assignment, fromMs: number, toMs: number): void;
  /** Users who got this version so far. */
  served(version: number): number;
}

/** @returns traffic that begins with its first user at the first window served */
export function simulatedTraffic(options: TrafficOptions): Traffic {
  const draw = new Map([...options.answers].map(([version, answers]) => [version, drawer(answers)]));
  const served = new Map<number, number>();
  const spacingMs = DAY_MS / options.usersPerDay;
  let arrivals = 0;
  let nextMs: number | null = null;
  return {
    serve(data, assignment, fromMs, toMs) {
      for (nextMs ??= fromMs; nextMs < toMs; nextMs += spacingMs) {
        const user = `${options.salt}-user-${arrivals++}`;
        const { version } = assign(assignment, user);
        const answer = version === null ? undefined : draw.get(version)?.(options.random());
        if (version === null || answer === undefined) continue;
        served.set(version, (served.get(version) ?? 0) + 1);
        const atMs = Math.floor(nextMs + options.random() * Math.min(spacingMs, 1000));
        addGeneration(data, options, { user, version, answer, atMs, number: arrivals });
      }
    },
    served: (version) => served.get(version) ?? 0,
  };
}

interface Visit {
  user: string;
  version: number;
  answer: JudgedAnswer;
  atMs: number;
  number: number;
}

function addGeneration(data: LangfuseData, options: TrafficOptions, visit: Visit): void {
  const { random, prompt, withOperations } = options;
  const { user, version, answer, atMs } = visit;
  const traceId = hexId(options.salt, visit.number);
  const tokens = Math.ceil(answer.outputChars / CHARS_PER_TOKEN);
  const seconds =
    (0.4 + answer.outputChars / CHARS_PER_SECOND) * Math.exp(0.35 * (withOperations ? normal(random) : 0));
  data.addObservation({
    id: traceId.slice(0, 16),
    traceId,
    type: 'GENERATION',
    name: 'answer',
    startMs: atMs,
    environment: 'production',
    userId: user,
    promptName: prompt,
    promptVersion: version,
    ...(withOperations
      ? {
          endMs: atMs + Math.round(seconds * 1000),
          usage: { output: tokens, total: tokens },
          cost: { total: tokens * USD_PER_TOKEN },
          level: random() < BASE_ERROR_RATE ? 'ERROR' : 'DEFAULT',
        }
      : {}),
  });
  const score = {
    subject: { kind: 'trace', traceId } as const,
    timestampMs: atMs + SCORE_DELAY_MS,
    environment: 'production',
  };
  data.addScore({
    id: `${traceId}-p`,
    name: 'judge_preference',
    dataType: 'NUMERIC',
    value: answer.preference,
    ...score,
  });
  data.addScore({ id: `${traceId}-c`, name: 'output_chars', dataType: 'NUMERIC', value: answer.outputChars, ...score });
}

/** 32 hex digits that differ between simulations and visits. */
function hexId(salt: string, visit: number): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < salt.length; i++) hash = Math.imul(hash ^ salt.charCodeAt(i), 0x01000193) >>> 0;
  const mixed = Math.imul(visit + 1, 0x9e3779b1) >>> 0;
  return `${mixed.toString(16).padStart(8, '0')}${visit.toString(16).padStart(12, '0')}${hash.toString(16).padStart(12, '0')}`;
}
