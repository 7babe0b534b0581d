/** A test case as it is kept in a dataset. */
export interface RecordedCase {
  /** Unique in the project, the same for the same case of the same prompt. */
  id: string;
  input: unknown;
  expected: unknown;
  metadata: Readonly<Record<string, unknown>>;
}

/** An answer to a case, as it is kept as a trace with a score. */
export interface RecordedSample {
  /** 32 hex digits, new for every answer. */
  traceId: string;
  caseId: string;
  /** Name of the trace. */
  name: string;
  input: unknown;
  output: string | null;
  passed: boolean;
  /** What was wrong; '' = nothing. */
  comment: string;
  startMs: number;
  endMs: number;
  model: string | null;
  promptTokens: number | null;
  completionTokens: number | null;
}

/** Where a trace belongs. */
export interface RunPlace {
  /** Name of the run. */
  run: string;
  runId: string;
  datasetId: string;
}

/** Port: keeps what `rampart test` found. Saving a dataset or a case again changes nothing. Rejects with RampartErrors. */
export interface TestRecorder {
  /** @returns its id */
  saveDataset(dataset: string, description: string): Promise<string>;
  saveCase(dataset: string, testCase: RecordedCase): Promise<void>;
  /**
   * Makes a trace that is to come part of a run of its case's dataset.
   * @returns the run's id; null where the server learns of runs by the traces alone (Langfuse 4)
   */
  addToRun(run: string, sample: RecordedSample): Promise<string | null>;
  /** Not idempotent: a trace that is sent twice is counted twice. */
  saveTraces(samples: readonly (RecordedSample & RunPlace)[]): Promise<void>;
  saveScore(sample: RecordedSample): Promise<void>;
}
