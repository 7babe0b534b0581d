import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { simpleParser } from 'mailparser';
import type { WeeklyReport } from '../../src/core/report/weekly-report';
import { startEmbedded } from '../../src/local/embedded/embedded';
import { localSettings } from '../../src/local/replay/replay';
import { answersOf, readScoreTable } from '../../src/local/scores/score-table';

/*
 * Real judge scores through the whole path: Langfuse's API over HTTP, the reader, the hourly numbers, the report, the mail as it
 * comes over the wire. The figures to come to are those that AlpacaEval 2 publishes (its leaderboard, win rate and standard
 * error in percent). RAMPART_SCORES names the file of scores; without it this is not run.
 */

const FILE = process.env['RAMPART_SCORES'];
const PUBLISHED: Readonly<Record<string, { mean: number; standardError: number }>> = {
  'claude-2.1': { mean: 15.7335, standardError: 1.1203 },
  'claude-2.1_concise': { mean: 9.2271, standardError: 0.8922 },
  'gpt-3.5-turbo-1106_verbose': { mean: 12.7632, standardError: 1.0442 },
  'gpt-3.5-turbo-1106_concise': { mean: 7.4159, standardError: 0.8374 },
};
/** Prompt → the variants that play its versions 1 and 2. */
const PROMPTS = {
  claude: ['claude-2.1', 'claude-2.1_concise'],
  gpt: ['gpt-3.5-turbo-1106_verbose', 'gpt-3.5-turbo-1106_concise'],
} as const;

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Sunday of 2026-W47. */
const SUNDAY_MS = Date.UTC(2026, 10, 22);

(FILE === undefined ? test.skip : test)('published means and standard errors arrive in the mail', async () => {
  const table = readScoreTable(readFileSync(FILE!, 'utf8'), 'RAMPART_SCORES');
  const folder = mkdtempSync(join(tmpdir(), 'rampart-published-'));
  let nowMs = SUNDAY_MS;
  const settings = localSettings({ deployment: 'alpaca', tickEveryMs: HOUR_MS, defaultPolicy: {} });
  const embedded = await startEmbedded({ outboxDir: folder, now: () => nowMs, settings, log: () => {} });
  try {
    const { data } = embedded.langfuse;
    for (const [prompt, variants] of Object.entries(PROMPTS)) {
      data.createPrompt({ name: prompt, prompt: 'one', labels: ['production'] }, nowMs);
      data.createPrompt({ name: prompt, prompt: 'two', labels: [] }, nowMs);
      for (const [index, variant] of variants.entries()) {
        for (const [i, { preference }] of answersOf(table, variant).entries()) {
          const startMs = SUNDAY_MS + HOUR_MS + i * MINUTE_MS;
          const traceId = `${variant}-${i}`;
          const linked = { promptName: prompt, promptVersion: index + 1, environment: 'production' };
          data.addObservation({
            id: `${traceId}-o`,
            traceId,
            type: 'GENERATION',
            ...linked,
            startMs,
            endMs: startMs + 900,
          });
          const subject = { kind: 'trace', traceId } as const;
          const timestampMs = startMs + MINUTE_MS;
          data.addScore({
            id: `${traceId}-s`,
            name: 'preference',
            dataType: 'NUMERIC',
            value: preference,
            subject,
            timestampMs,
          });
        }
      }
    }
    await embedded.tick();
    nowMs += 16 * HOUR_MS;
    await embedded.tick();
    nowMs = SUNDAY_MS + 31 * HOUR_MS;
    await embedded.tick();
    await embedded.weeklyReport({});

    const report = JSON.parse(
      (await embedded.controller.documents.getDocument('reports/2026-W47.json'))!,
    ) as WeeklyReport;
    const mail = await simpleParser(embedded.aws.mails[0]!.raw);
    for (const [prompt, variants] of Object.entries(PROMPTS)) {
      const { versions } = report.prompts.find((week) => week.prompt === prompt)!;
      const row = versions.rows.find(({ id }) => id === 'score:preference')!;
      for (const [index, variant] of variants.entries()) {
        const { mean, standardError } = PUBLISHED[variant]!;
        const value = row.values[versions.versions.indexOf(index + 1)]!;
        expect(value.n).toBe(805);
        expect((100 * value.value).toFixed(4)).toBe(mean.toFixed(4));
        expect((100 * value.standardError!).toFixed(4)).toBe(standardError.toFixed(4));
        const rounded = { value: (mean / 100).toPrecision(3), error: (standardError / 100).toPrecision(3) };
        expect(mail.text).toContain(`preference ${rounded.value} (n 805, se ${rounded.error})`);
        expect(mail.html).toContain(
          `<td>${rounded.value}<small class="q">n\u00a0805, se\u00a0${rounded.error}</small></td>`,
        );
      }
    }
  } finally {
    await embedded.close();
    rmSync(folder, { recursive: true });
  }
});
