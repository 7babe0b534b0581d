import type { Langfuse, ObservationRow, Page, ScoreRow } from '../../src/core/ports';

/** What a Langfuse project holds at the start of a contract case. Every list may be empty; nothing else is in the project. */
export interface SeedData {
  prompts: SeedPrompt[];
  observations: SeedObservation[];
  scores: SeedScore[];
}

export interface SeedPrompt {
  name: string;
  /**
   * Labels as given, two holders of one label included (a race in Langfuse can leave them behind); the newest version
   * holds `latest` as well, without its being named here.
   */
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

const START_MS = Date.UTC(2026, 10, 22, 12, 0, 0);
const MINUTE_MS = 60_000;

/** What every implementation of the port does, whatever server is behind it. */
export function langfuseContract(name: string, make: () => Promise<LangfuseFixture>): void {
  async function withProject(data: Partial<SeedData>, use: (langfuse: Langfuse) => Promise<void>): Promise<void> {
    const fixture = await make();
    try {
      await fixture.seed({ prompts: [], observations: [], scores: [], ...data });
      await use(fixture.langfuse);
    } finally {
      await fixture.close();
    }
  }

  describe(`Langfuse contract: ${name}`, () => {
    promptCases(withProject);
    observationCases(withProject);
    scoreCases(withProject);
    traceCases(withProject);
  });
}

type WithProject = (data: Partial<SeedData>, use: (langfuse: Langfuse) => Promise<void>) => Promise<void>;

function promptCases(withProject: WithProject): void {
  const support: SeedPrompt = {
    name: 'support/answer one',
    versions: [
      { version: 1, labels: ['production'], config: { temperature: 0.2 } },
      { version: 2, labels: ['candidate'], config: { rollout: { steps: [10] } } },
      { version: 3, labels: [], config: {} },
    ],
  };

  test('a version is found by label and by number, in a folder too', async () => {
    await withProject({ prompts: [support] }, async (langfuse) => {
      const production = await langfuse.versionByLabel(support.name, 'production');
      expect(production).toMatchObject({ prompt: support.name, version: 1, config: { temperature: 0.2 } });
      expect(production?.labels).toEqual(['production']);
      expect((await langfuse.version(support.name, 2))?.config).toEqual({ rollout: { steps: [10] } });
      expect((await langfuse.versionByLabel(support.name, 'latest'))?.version).toBe(3);
    });
  });

  test('what does not exist is null', async () => {
    await withProject({ prompts: [support] }, async (langfuse) => {
      expect(await langfuse.version(support.name, 4)).toBeNull();
      expect(await langfuse.versionByLabel(support.name, 'canary')).toBeNull();
      expect(await langfuse.versionByLabel('support', 'production')).toBeNull();
    });
  });

  test('prompts with a label are found beyond the first page', async () => {
    const many = Array.from({ length: 205 }, (_, index) => ({
      name: `prompt-${index}`,
      versions: [{ version: 1, labels: index % 2 === 0 ? ['candidate'] : ['production'], config: {} }],
    }));
    await withProject({ prompts: many }, async (langfuse) => {
      const wanted = many.filter((_, index) => index % 2 === 0).map((prompt) => prompt.name);
      expect((await langfuse.promptsWithLabel('candidate')).sort()).toEqual(wanted.sort());
      expect(await langfuse.promptsWithLabel('canary')).toEqual([]);
    });
  });

  test('moving a label takes it from its holder, and nothing else', async () => {
    await withProject({ prompts: [support] }, async (langfuse) => {
      await langfuse.moveLabel(support.name, 2, 'production');
      expect((await langfuse.version(support.name, 1))?.labels).toEqual([]);
      expect((await langfuse.version(support.name, 2))?.labels.sort()).toEqual(['candidate', 'production']);
      await langfuse.moveLabel(support.name, 2, 'production');
      expect(await langfuse.versionsWithLabel(support.name, 'production')).toEqual([2]);
    });
  });

  test('a label cannot be moved to a version that does not exist', async () => {
    await withProject({ prompts: [support] }, async (langfuse) => {
      await expect(langfuse.moveLabel(support.name, 9, 'production')).rejects.toMatchObject({
        code: 'provider_not_found',
      });
      expect((await langfuse.versionByLabel(support.name, 'production'))?.version).toBe(1);
    });
  });

  test('labels that Langfuse would mistake or keep to itself are refused', async () => {
    await withProject({ prompts: [support] }, async (langfuse) => {
      for (const label of ['latest', '', 'Not A Label']) {
        await expect(langfuse.moveLabel(support.name, 1, label)).rejects.toMatchObject({ code: 'bad_input' });
      }
      await expect(langfuse.versionByLabel(support.name, '')).rejects.toMatchObject({ code: 'bad_input' });
      await expect(langfuse.version(support.name, 0)).rejects.toMatchObject({ code: 'bad_input' });
    });
  });

  test('two holders of one label are both reported', async () => {
    const split: SeedPrompt = {
      name: 'split',
      versions: [1, 2, 3].map((version) => ({ version, labels: version === 2 ? [] : ['candidate'], config: {} })),
    };
    await withProject({ prompts: [split, support] }, async (langfuse) => {
      expect(await langfuse.versionsWithLabel('split', 'candidate')).toEqual([1, 3]);
      expect(await langfuse.versionsWithLabel('split', 'production')).toEqual([]);
    });
  });
}

function observationCases(withProject: WithProject): void {
  const window = { prompt: 'answer', fromMs: START_MS, toMs: START_MS + MINUTE_MS, cursor: null, limit: 1000 };

  test('a generation is translated', async () => {
    const seeded = seedObservation(1, {
      endMs: START_MS + 1550,
      level: 'ERROR',
      environment: 'staging',
      userId: 'user-1',
      sessionId: 'session-1',
      totalTokens: 142,
      totalCost: 0.036,
    });
    await withProject({ observations: [seeded] }, async (langfuse) => {
      const page = await langfuse.listObservations(window);
      const expected: ObservationRow = {
        id: seeded.id,
        traceId: seeded.traceId,
        startMs: START_MS,
        version: 1,
        environment: 'staging',
        userId: 'user-1',
        sessionId: 'session-1',
        latencyMs: 1550,
        costUsd: 0.036,
        tokens: 142,
        isError: true,
      };
      expect(page).toEqual({ rows: [expected], cursor: null, malformed: [] });
    });
  });

  test('what is missing is null, and never a zero', async () => {
    const seeded = seedObservation(1, { endMs: null, totalTokens: null, totalCost: null });
    await withProject({ observations: [seeded] }, async (langfuse) => {
      const { rows } = await langfuse.listObservations(window);
      expect(rows).toMatchObject([
        { latencyMs: null, costUsd: null, tokens: null, userId: null, sessionId: null, isError: false },
      ]);
    });
  });

  test('the unit that was drawn comes before who the trace is about; a session stays the session', async () => {
    const observations = [
      seedObservation(1, { metadata: { 'rampart.unit': 'account-1' }, userId: 'person-1', sessionId: 's' }),
      seedObservation(2, { metadata: { 'rampart.unit': 'unit:1e3' } }),
      seedObservation(3, { metadata: { 'attributes.rampart.unit': 'c' } }),
    ];
    await withProject({ observations }, async (langfuse) => {
      const { rows } = await langfuse.listObservations(window);
      const users = new Map(rows.map((row) => [row.id, row.userId]));
      expect(observations.map(({ id }) => users.get(id))).toEqual(['account-1', '1e3', 'c']);
      expect(rows.find((row) => row.userId === 'account-1')?.sessionId).toBe('s');
    });
  });

  test('the unit is looked for in the metadata when the generation has none', async () => {
    const observations = [
      seedObservation(1, { metadata: { user_id: 'a', session_id: 's' } }),
      seedObservation(2, { metadata: { 'rampart.unit': 'b' } }),
      seedObservation(3, { metadata: { userId: 'c' }, userId: 'd' }),
      seedObservation(4, { metadata: { variant: 'e' } }),
    ];
    await withProject({ observations }, async (langfuse) => {
      const { rows } = await langfuse.listObservations(window);
      const users = new Map(rows.map((row) => [row.id, row.userId]));
      expect(observations.map(({ id }) => users.get(id))).toEqual(['a', 'b', 'd', null]);
      expect(rows.find((row) => row.userId === 'a')?.sessionId).toBe('s');
    });
  });

  test("only the prompt's generations of the window are listed: from inclusive, to exclusive", async () => {
    const first = seedObservation(1, { startMs: window.fromMs });
    const last = seedObservation(2, { startMs: window.toMs - 1, prompt: { name: 'answer', version: 2 } });
    const others = [
      seedObservation(3, { startMs: window.fromMs - 1 }),
      seedObservation(4, { startMs: window.toMs }),
      seedObservation(5, { prompt: { name: 'answer-2', version: 1 } }),
      seedObservation(6, { prompt: null }),
      seedObservation(7, { type: 'SPAN', prompt: null }),
    ];
    await withProject({ observations: [first, ...others, last] }, async (langfuse) => {
      const page = await langfuse.listObservations(window);
      expect(page.rows.map((row) => [row.id, row.version])).toEqual([
        [last.id, 2],
        [first.id, 1],
      ]);
      expect(page.malformed).toEqual([]);
      const counts = await langfuse.countByVersion(window);
      expect(counts).toEqual(
        new Map([
          [1, 1],
          [2, 1],
        ]),
      );
    });
  });

  test('pages follow each other, newest first, without gap or repetition', async () => {
    const observations = Array.from({ length: 25 }, (_, index) =>
      seedObservation(index, { startMs: START_MS + Math.floor(index / 2) }),
    );
    await withProject({ observations }, async (langfuse) => {
      const rows = await readAll((cursor) => langfuse.listObservations({ ...window, limit: 7, cursor }));
      expect(rows.map((row) => row.startMs)).toEqual(observations.map((row) => row.startMs).reverse());
      expect(new Set(rows.map((row) => row.id)).size).toBe(25);
    });
  });

  test('a span that was sent twice is listed and counted twice', async () => {
    const seeded = seedObservation(1);
    await withProject({ observations: [seeded, seeded] }, async (langfuse) => {
      expect((await langfuse.listObservations(window)).rows.map((row) => row.id)).toEqual([seeded.id, seeded.id]);
      expect(await langfuse.countByVersion(window)).toEqual(new Map([[1, 2]]));
    });
  });

  test('generations are counted by the prompt they are linked to, and those that are linked to none', async () => {
    const observations = [seedObservation(1), seedObservation(2), seedObservation(3, { prompt: null })];
    await withProject({ observations }, async (langfuse) => {
      const counts = await langfuse.countByPrompt(window);
      expect(counts).toEqual(
        new Map<string | null, number>([
          ['answer', 2],
          [null, 1],
        ]),
      );
      expect(await langfuse.countByPrompt({ fromMs: window.toMs, toMs: window.toMs })).toEqual(new Map());
    });
  });
}

function scoreCases(withProject: WithProject): void {
  const window = { names: [], fromMs: START_MS, toMs: START_MS + MINUTE_MS, cursor: null, limit: 100 };

  test('scores of every type and subject are translated; texts are left out', async () => {
    const scores = [
      seedScore(4, { dataType: 'NUMERIC', value: 0.25, environment: 'staging' }),
      seedScore(3, {
        dataType: 'BOOLEAN',
        value: false,
        subject: { kind: 'observation', observationId: hex(3, 16), traceId: hex(3, 32) },
      }),
      seedScore(2, { dataType: 'CATEGORICAL', value: 'warm', subject: { kind: 'session', sessionId: 'session-1' } }),
      seedScore(1, { value: 0, subject: { kind: 'experiment', id: 'run-1' }, updatedAtMs: START_MS + 5000 }),
      seedScore(0, { dataType: 'TEXT', value: 'well said' }),
    ];
    await withProject({ scores }, async (langfuse) => {
      const page = await langfuse.listScores(window);
      const common = { name: 'quality', environment: 'production' };
      const expected: ScoreRow[] = scores.slice(0, 4).map((score) => ({
        ...common,
        id: score.id,
        value: score.value,
        timestampMs: score.timestampMs,
        updatedAtMs: score.updatedAtMs,
        environment: score.environment,
        subject: score.subject.kind === 'experiment' ? { kind: 'experiment' } : score.subject,
      }));
      expect(page).toEqual({ rows: expected, cursor: null, malformed: [] });
    });
  });

  test('names and window choose: from inclusive, to exclusive', async () => {
    const scores = [
      seedScore(1, { timestampMs: window.fromMs }),
      seedScore(2, { timestampMs: window.toMs - 1, name: 'tone' }),
      seedScore(3, { timestampMs: window.fromMs - 1 }),
      seedScore(4, { timestampMs: window.toMs }),
      seedScore(5, { name: 'Quality' }),
      seedScore(6, { name: 'a, b' }),
    ];
    await withProject({ scores }, async (langfuse) => {
      const idsOf = async (names: string[]) =>
        (await langfuse.listScores({ ...window, names })).rows.map(({ id }) => id);
      expect(await idsOf(['quality', 'tone'])).toEqual(['score-02', 'score-01']);
      expect(await idsOf(['a, b'])).toEqual(['score-06']);
      expect(await idsOf(['nothing'])).toEqual([]);
    });
  });

  test('texts are left out, but those of names that are judged are scores without a value', async () => {
    const scores = [
      seedScore(1, { dataType: 'TEXT', value: 'well said' }),
      seedScore(2, { dataType: 'TEXT', value: 'more', name: 'comment' }),
      seedScore(3, { value: 0.5 }),
    ];
    await withProject({ scores }, async (langfuse) => {
      const { rows } = await langfuse.listScores({ ...window, judged: new Set(['quality']) });
      expect(rows.map(({ id, value }) => [id, value])).toEqual([
        ['score-03', 0.5],
        ['score-01', null],
      ]);
    });
  });

  test('pages follow each other, newest first, without gap or repetition', async () => {
    const scores = Array.from({ length: 25 }, (_, index) =>
      seedScore(index, { timestampMs: START_MS + Math.floor(index / 2) }),
    );
    await withProject({ scores }, async (langfuse) => {
      const rows = await readAll((cursor) => langfuse.listScores({ ...window, limit: 7, cursor }));
      expect(rows.map((row) => row.timestampMs)).toEqual(scores.map((score) => score.timestampMs).reverse());
      expect(new Set(rows.map((row) => row.id)).size).toBe(25);
    });
  });
}

function traceCases(withProject: WithProject): void {
  const root = { type: 'SPAN', prompt: null, parentObservationId: null } as const;

  test("generations of traces are found whenever they were, and only the prompt's", async () => {
    const observations = [
      seedObservation(1, { startMs: START_MS - 90 * 24 * 60 * MINUTE_MS }),
      seedObservation(2, { prompt: { name: 'answer', version: 2 } }),
      seedObservation(3, { traceId: hex(2, 32), prompt: { name: 'other', version: 7 } }),
      seedObservation(4),
    ];
    await withProject({ observations }, async (langfuse) => {
      const rows = await langfuse.observationsOfTraces('answer', [hex(1, 32), hex(2, 32), hex(9, 32)]);
      expect(rows).toHaveLength(2);
      expect(new Map(rows.map((row) => [row.traceId, row.version]))).toEqual(
        new Map([
          [hex(1, 32), 1],
          [hex(2, 32), 2],
        ]),
      );
      expect(await langfuse.observationsOfTraces('answer', [])).toEqual([]);
    });
  });

  test('roots tell the user and session that their children do not', async () => {
    const observations = [
      seedObservation(1, { ...root, traceId: hex(1, 32), userId: 'user-1', sessionId: 'session-1' }),
      seedObservation(2, { traceId: hex(1, 32), userId: 'not the root' }),
      seedObservation(3, { ...root, traceId: hex(3, 32), metadata: { user_id: 'user-3' } }),
      seedObservation(4, { ...root, traceId: hex(4, 32) }),
    ];
    await withProject({ observations }, async (langfuse) => {
      const roots = await langfuse.rootsOfTraces([1, 3, 4, 9].map((index) => hex(index, 32)));
      expect(roots.sort((a, b) => a.traceId.localeCompare(b.traceId))).toEqual([
        { traceId: hex(1, 32), userId: 'user-1', sessionId: 'session-1' },
        { traceId: hex(3, 32), userId: 'user-3', sessionId: null },
        { traceId: hex(4, 32), userId: null, sessionId: null },
      ]);
    });
  });
}

async function readAll<Row>(read: (cursor: string | null) => Promise<Page<Row>>): Promise<Row[]> {
  const rows: Row[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<Row> = await read(cursor);
    rows.push(...page.rows);
    cursor = page.cursor;
  } while (cursor !== null);
  return rows;
}

/** A generation of version 1 of `answer`, in a trace of its own, under a parent. */
export function seedObservation(index: number, different: Partial<SeedObservation> = {}): SeedObservation {
  const startMs = different.startMs ?? START_MS;
  return {
    id: hex(index, 16),
    traceId: hex(index, 32),
    parentObservationId: hex(index + 0x1000, 16),
    type: 'GENERATION',
    startMs,
    endMs: startMs + 500,
    level: 'DEFAULT',
    environment: 'production',
    userId: null,
    sessionId: null,
    metadata: {},
    prompt: { name: 'answer', version: 1 },
    totalTokens: 15,
    totalCost: 0.001,
    ...different,
  };
}

/** A numeric score of a trace; a higher index is newer. */
export function seedScore(index: number, different: Partial<SeedScore> = {}): SeedScore {
  const timestampMs = different.timestampMs ?? START_MS + index;
  return {
    id: `score-${String(index).padStart(2, '0')}`,
    name: 'quality',
    dataType: 'NUMERIC',
    value: 1,
    timestampMs,
    updatedAtMs: timestampMs + 1000,
    environment: 'production',
    subject: { kind: 'trace', traceId: hex(index, 32) },
    ...different,
  };
}

/** An id of OpenTelemetry's form, never all zeros. */
function hex(index: number, digits: number): string {
  return `f${index.toString(16).padStart(digits - 1, '0')}`;
}
