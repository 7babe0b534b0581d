import type { Langfuse } from '../../src/core/ports';

/** What a Langfuse project holds at the start of a contract case. Every list may be empty; nothing else is in the project. */
export interface SeedData {
  prompts: SeedPrompt[];
  observations: SeedObservation[];
  scores: SeedScore[];
}

export interface SeedPrompt {
  name: string;
  /** Labels as given; the newest version holds `latest` as well, without its being named here. */
  versions: { version: number; labels: string[]; config: unknown }[];
}

export interface SeedObservation {
  /** 16 hex digits; two with the same id and trace are one span that was sent twice, and are listed twice. */
  id: string;
  /** 32 hex digits. */
  traceId: string;
  /** Null = root of its trace. */
  parentObservationId: string | null;
  type: 'GENERATION' | 'SPAN';
  startMs: number;
  /** Null = never ended (no latency). */
  endMs: number | null;
  level: 'DEBUG' | 'DEFAULT' | 'WARNING' | 'ERROR';
  environment: string;
  /** Of this observation alone: a root's are not copied to its children. Null = not set. */
  userId: string | null;
  sessionId: string | null;
  metadata: Record<string, unknown>;
  /** The prompt it was linked to; null = not linked. */
  prompt: { name: string; version: number } | null;
  /** Null = no usage. */
  totalTokens: number | null;
  /** USD; null = no cost. */
  totalCost: number | null;
}

export interface SeedScore {
  id: string;
  name: string;
  /** The data type says how to read the value: number, boolean, else string. */
  dataType: 'NUMERIC' | 'BOOLEAN' | 'CATEGORICAL' | 'TEXT';
  value: number | boolean | string;
  timestampMs: number;
  updatedAtMs: number;
  environment: string;
  subject:
    | { kind: 'trace'; traceId: string }
    | { kind: 'observation'; observationId: string; traceId: string }
    | { kind: 'session'; sessionId: string }
    | { kind: 'experiment'; id: string };
}

/** One implementation under test, with a project of its own. */
export interface LangfuseFixture {
  langfuse: Langfuse;
  /** Called once, before the first request. */
  seed(data: SeedData): Promise<void>;
  close(): Promise<void>;
}
