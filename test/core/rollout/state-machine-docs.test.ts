import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plan } from '../../../src/core/rollout/plan';
import { keepHolds } from '../../../src/core/rollout/keep-holds';
import { planTick } from '../../../src/core/rollout/plan-tick';
import { displayState, isTerminal, type HoldKind, type Phase, type Rollout } from '../../../src/core/rollout/rollout';
import { EDGES } from './edges';
import { alertsOf, atStep, CANDIDATE, DAY_MS, evidenceOf, HARM, promoting, SAFE, START_MS, watching } from './fixtures';

const text = readFileSync(join(__dirname, '../../../docs/state-machine.md'), 'utf8');
const NOW_MS = START_MS + 5 * DAY_MS;

const PHASES: Record<Phase, true> = {
  ramping: true,
  promoting: true,
  watching: true,
  promoted: true,
  rolled_back: true,
  aborted: true,
};
const HOLDS: Record<HoldKind, { isPaused: boolean; alert: string | null }> = {
  stable_missing: { isPaused: false, alert: 'page at once' },
  provider_error: { isPaused: true, alert: '`providerError`' },
  late_data: { isPaused: true, alert: '`lateData`' },
  data_fault: { isPaused: true, alert: '`dataFault`' },
  both_arms_broken: { isPaused: true, alert: '`dataFault`' },
  no_data: { isPaused: true, alert: '`noData`' },
  baking: { isPaused: false, alert: null },
  inconclusive: { isPaused: true, alert: '`inconclusive`' },
  quiet_hours: { isPaused: false, alert: null },
};

/** The rows of the table under a heading: its cells, without the head. */
function tableUnder(heading: string): string[][] {
  const section = text.split(`\n## ${heading}\n`)[1]!.split('\n## ')[0]!;
  const rows = section.split('\n').filter((line) => line.startsWith('| '));
  return rows.slice(2).map((line) => line.split(' | ').map((cell) => cell.replaceAll(/^\| | \|$/gu, '').trim()));
}

function words(cells: string): string[] {
  return [...cells.matchAll(/`(\w+)`/gu)].map((match) => match[1]!);
}

it('the diagram shows exactly the changes of phase there are', () => {
  const drawn = [...text.matchAll(/^ {2}(\w+ --> \w+)$/gmu)].map((match) => match[1]!);
  expect(drawn.sort()).toEqual([...EDGES].sort());
  const ends = [...text.matchAll(/^ {2}(\w+) --> \[\*\]$/gmu)].map((match) => match[1]!);
  expect(ends.sort()).toEqual((Object.keys(PHASES) as Phase[]).filter(isTerminal).sort());
});

it('each of them happens', () => {
  const tick = (rollout: Rollout, changes: Parameters<typeof evidenceOf>[2]): Plan =>
    planTick(rollout, evidenceOf(rollout, NOW_MS, changes), NOW_MS);
  const seen = [atStep(1), promoting(), watching()].flatMap((rollout) =>
    [{ seen: SAFE }, { seen: HARM }, { labels: { production: CANDIDATE } }, { labels: { production: 7 } }].map(
      (changes) => {
        return `${rollout.phase} --> ${tick(rollout, changes).next.phase}`;
      },
    ),
  );
  expect(new Set(seen.filter((edge) => !/^(\w+) --> \1$/u.test(edge)))).toEqual(new Set(EDGES));
});

it('the tables name every phase, every word and every hold', () => {
  expect(tableUnder('Phases').map(([phase]) => words(phase!)[0])).toEqual(Object.keys(PHASES));
  expect(tableUnder('Holds').map(([kind]) => words(kind!)[0])).toEqual(Object.keys(HOLDS));
});

it('a hold is shown by the word that the table says', () => {
  for (const [word, when] of tableUnder('What a person sees')) {
    for (const kind of words(when!).filter((name) => name in HOLDS) as HoldKind[]) {
      const hold = { kind, reason: '', sinceMs: 0, alertedAtMs: null };
      expect(displayState({ ...atStep(1), hold })).toBe(words(word!)[0]);
    }
  }
});

it('alert and pause of each hold are as the table says', () => {
  for (const [name, , , alert, pause] of tableUnder('Holds')) {
    const kind = words(name!)[0] as HoldKind;
    const long = { kind, sinceMs: 0, seenMs: NOW_MS, alertedAtMs: null, pagedAtMs: null };
    const rollout = { ...atStep(1), clocks: [long] };
    const context = { deadlines: rollout.policy.deadlines, facts: {}, canPause: true, calmMs: 1 };
    const kept = keepHolds(rollout, context, [{ kind, reason: 'x' }], NOW_MS);
    expect([alert, pause === 'never']).toEqual([HOLDS[kind].alert ?? 'never', !HOLDS[kind].isPaused]);
    expect(kept.next.pause !== null).toBe(pause !== 'never');
    expect(alertsOf(kept).includes(`held_${kind}`)).toBe(alert !== 'never');
  }
});
