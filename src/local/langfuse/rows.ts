/** What the stand-in keeps. Times are ms since 1970; null = not set (the HTTP edge turns missing texts into `''`). */
export interface StoredObservation {
  /** 16 hex digits; unique within a trace, unless a span was sent twice. */
  id: string;
  traceId: string;
  /** Null = root of its trace. */
  parentObservationId: string | null;
  /** GENERATION, SPAN, EVENT … */
  type: string;
  name: string;
  level: string;
  statusMessage: string | null;
  startMs: number;
  /** Null = never ended: no latency. */
  endMs: number | null;
  completionStartMs: number | null;
  environment: string;
  userId: string | null;
  sessionId: string | null;
  version: string | null;
  release: string | null;
  traceName: string | null;
  tags: readonly string[];
  input: string | null;
  output: string | null;
  model: string | null;
  modelParameters: Readonly<Record<string, unknown>>;
  promptName: string | null;
  promptVersion: number | null;
  /** Tokens by kind: `input`, `output`, `total`. */
  usage: Readonly<Record<string, number>>;
  /** USD by kind: `input`, `output`, `total`. */
  cost: Readonly<Record<string, number>>;
  metadata: Readonly<Record<string, unknown>>;
  /** When the server took it in. */
  createdMs: number;
  /** Not listed or counted before this time: late data. */
  visibleFromMs: number;
}

/** An observation as a test or the simulator states it: everything but id, trace and start may be left out. */
export type NewObservation = Partial<StoredObservation> & Pick<StoredObservation, 'id' | 'traceId' | 'startMs'>;

export type ScoreDataType = 'NUMERIC' | 'BOOLEAN' | 'CATEGORICAL' | 'TEXT' | 'CORRECTION';

/** What a score is attached to. */
export type ScoreSubject =
  | { kind: 'trace'; traceId: string }
  | { kind: 'observation'; observationId: string; traceId: string }
  | { kind: 'session'; sessionId: string }
  | { kind: 'experiment'; id: string };

export interface StoredScore {
  id: string;
  name: string;
  dataType: ScoreDataType;
  /** A number for NUMERIC, a boolean for BOOLEAN, else a text. */
  value: number | boolean | string;
  subject: ScoreSubject;
  source: string;
  environment: string;
  comment: string | null;
  metadata: Readonly<Record<string, unknown>>;
  configId: string | null;
  /** The score's own time: an edit keeps it. */
  timestampMs: number;
  createdMs: number;
  /** An edit moves it. */
  updatedMs: number;
  visibleFromMs: number;
}

/** A score as a test or the simulator states it. */
export type NewScore = Partial<StoredScore> &
  Pick<StoredScore, 'id' | 'name' | 'dataType' | 'value' | 'subject' | 'timestampMs'>;

const NOTHING: Readonly<Record<string, never>> = Object.freeze({});
const NO_TAGS: readonly string[] = Object.freeze([]);

/** Fills in what an observation did not state: a successful span of the `default` environment. */
export function observationOf(given: NewObservation): StoredObservation {
  return {
    parentObservationId: null,
    type: 'SPAN',
    name: '',
    level: 'DEFAULT',
    statusMessage: null,
    endMs: null,
    completionStartMs: null,
    environment: 'default',
    userId: null,
    sessionId: null,
    version: null,
    release: null,
    traceName: null,
    tags: NO_TAGS,
    input: null,
    output: null,
    model: null,
    modelParameters: NOTHING,
    promptName: null,
    promptVersion: null,
    usage: NOTHING,
    cost: NOTHING,
    metadata: NOTHING,
    createdMs: given.endMs ?? given.startMs,
    visibleFromMs: Number.NEGATIVE_INFINITY,
    ...given,
  };
}

/** Fills in what a score did not state: sent through the API to the `default` environment, never edited. */
export function scoreOf(given: NewScore): StoredScore {
  return {
    source: 'API',
    environment: 'default',
    comment: null,
    metadata: NOTHING,
    configId: null,
    createdMs: given.timestampMs,
    updatedMs: given.timestampMs,
    visibleFromMs: Number.NEGATIVE_INFINITY,
    ...given,
  };
}
