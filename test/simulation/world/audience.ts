import { assign, type Assignment } from '../../../src/core/assignment/assignment';
import type { LangfuseData } from '../../../src/local/langfuse/data';
import type { Chance } from './chance';

/** Everything private in the world carries this mark, so that it can be looked for at rest. */
export const PRIVATE = 'PRIVATE';

/** How long a runtime keeps its copy of the assignment; less than what the controller allows for. */
const MAX_COPY_AGE_MS = 45_000;
const RETURNING = 0.4;
const REMEMBERED_USERS = 120;

/** One user who asked, as the world knows it. */
export interface Visit {
  number: number;
  user: string;
  atMs: number;
  version: number;
  arm: string;
  epoch: number;
  experiment: string | null;
}

/** What the judge of a version says: drawn per visit. */
export type DrawScore = (version: number) => number | boolean;

export interface AudienceOptions {
  prompt: string;
  scoreName: string;
  visitsPerHour: number;
  draw: DrawScore;
  /** Late, edited, repeated and incomplete rows; false = everything is there at once. */
  isMessy: boolean;
  /** The assignment that was stored last at a time; null = none yet. */
  assignmentAt: (atMs: number) => Assignment | null;
  /** The version that apps without an assignment serve. */
  production: () => number | null;
  later: (atMs: number, happen: () => void) => void;
}

/** The users of one prompt: who comes, what they get, and what Langfuse will hold of it. */
export function createAudience(data: LangfuseData, chance: Chance, options: AudienceOptions) {
  const { prompt } = options;
  const known: string[] = [];
  /** The copies that runtimes hold: an older epoch never replaces a newer one. */
  const copies: { fetchedAtMs: number; assignment: Assignment | null }[] = [
    { fetchedAtMs: -Infinity, assignment: null },
    { fetchedAtMs: -Infinity, assignment: null },
  ];
  let visits = 0;

  function serve(fromMs: number, toMs: number): Visit[] {
    const served: Visit[] = [];
    const expected = (options.visitsPerHour * (toMs - fromMs)) / 3_600_000;
    const count = Math.floor(expected) + (chance.happens(expected % 1) ? 1 : 0);
    const times = Array.from({ length: count }, () => chance.between(fromMs, toMs - 1)).sort((a, b) => a - b);
    for (const atMs of times) {
      const visit = serveOne(atMs);
      if (visit !== null) served.push(visit);
    }
    return served;
  }

  function serveOne(atMs: number): Visit | null {
    const copy = chance.pick(copies);
    if (atMs - copy.fetchedAtMs > MAX_COPY_AGE_MS) {
      const newest = options.assignmentAt(atMs);
      copy.fetchedAtMs = atMs;
      if (newest !== null && newest.epoch >= (copy.assignment?.epoch ?? 0)) copy.assignment = newest;
    }
    const number = visits++;
    const user = pickUser(number);
    const { assignment } = copy;
    const given = assignment === null ? null : assign(assignment, user);
    const version = given === null ? options.production() : given.version;
    if (version === null) return null;
    const arm = given?.arm ?? 'stable';
    write(number, user, atMs, version);
    const experiment = assignment?.experiment ?? null;
    return { number, user, atMs, version, arm, epoch: assignment?.epoch ?? 0, experiment };
  }

  function pickUser(number: number): string {
    if (known.length > 0 && chance.happens(RETURNING)) return chance.pick(known.slice(-REMEMBERED_USERS));
    const user = `${PRIVATE}-user-${prompt}-${number}`;
    known.push(user);
    return user;
  }

  function write(number: number, user: string, atMs: number, version: number): void {
    const traceId = `${prompt}-${number.toString(16).padStart(8, '0')}`;
    const isLate = options.isMessy && chance.happens(0.05);
    const onRoot = options.isMessy && chance.happens(0.1);
    const visibleFromMs = atMs + (isLate ? chance.between(60_000, 50 * 60_000) : 2000);
    const generation = {
      id: `${traceId}-g`,
      traceId,
      type: 'GENERATION',
      startMs: atMs,
      endMs: atMs + chance.between(500, 1500),
      environment: 'production',
      userId: onRoot ? null : user,
      sessionId: sessionOf(user),
      input: `${PRIVATE} question`,
      output: `${PRIVATE} answer`,
      promptName: prompt,
      promptVersion: version,
      parentObservationId: onRoot ? `${traceId}-r` : null,
      visibleFromMs,
    };
    if (onRoot) data.addObservation({ id: `${traceId}-r`, traceId, startMs: atMs, userId: user, visibleFromMs: atMs });
    data.addObservation(generation);
    if (options.isMessy && chance.happens(0.02)) data.addObservation(generation);
    writeScore(traceId, user, atMs, version);
  }

  function writeScore(traceId: string, user: string, atMs: number, version: number): void {
    const timestampMs = atMs + 20_000;
    const isLate = options.isMessy && chance.happens(0.05);
    const score = () => {
      const value = options.draw(version);
      return {
        id: `${traceId}-s`,
        name: options.scoreName,
        dataType: typeof value === 'boolean' ? ('BOOLEAN' as const) : ('NUMERIC' as const),
        value,
        subject: { kind: 'trace', traceId } as const,
        environment: 'production',
        timestampMs,
        visibleFromMs: timestampMs + (isLate ? chance.between(60_000, 50 * 60_000) : 2000),
      };
    };
    data.addScore(score());
    data.addScore({ ...score(), id: `${traceId}-t`, name: 'feedback', dataType: 'TEXT', value: `${PRIVATE} feedback` });
    if (!options.isMessy) return;
    if (chance.happens(0.05)) {
      const subject = { kind: 'session', sessionId: sessionOf(user) } as const;
      data.addScore({ ...score(), id: `${traceId}-m`, name: 'mood', subject });
    }
    if (!chance.happens(0.03)) return;
    const editedAtMs = atMs + chance.between(10, 300) * 60_000;
    options.later(editedAtMs, () => data.addScore({ ...score(), updatedMs: editedAtMs }));
  }

  return { serve };
}

function sessionOf(user: string): string {
  return `${PRIVATE}-session-${user}`;
}
