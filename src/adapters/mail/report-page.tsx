import { Heading } from '@react-email/components';
import type { ReactElement, ReactNode } from 'react';
import { totalsText } from '../../core/report/health-words';
import { timeWriter } from '../../core/report/local-time';
import { INTERVAL_NOTE } from '../../core/report/notes';
import { byteLength, harmless } from '../../core/report/plain-text';
import type { PromptWeek } from '../../core/report/prompt-week';
import { fullSentence } from '../../core/report/sentence';
import { headline, type WeeklyReport } from '../../core/report/weekly-report';
import { MailFrame } from './mail-frame';
import { Name } from './name';
import { LIGHT } from './theme';

/** Needs of a person are listed before everything else, but must leave room for the rest. */
const MAX_NEEDS = 50;
const MAX_NEEDS_BYTES = 40_000;

/** The mail around the prompts' parts. */
export function ReportPage({ report, children }: { report: WeeklyReport; children: ReactNode }): ReactElement {
  const when = timeWriter(report.timeZone);
  const title = `Prompts of ${harmless(report.deployment)}, week ${report.week}`;
  const summary = fullSentence(headline(report));
  return (
    <MailFrame title={title} preview={summary}>
      <p>
        <strong>{summary}</strong>
      </p>
      <p className="q">
        {`${when(report.fromMs)} to ${when(report.toMs)}, ${report.timeZone}; made ${when(report.madeAtMs)}.`}
      </p>
      <Needs prompts={report.prompts} />
      {report.prompts.length === 0 ? <p>No prompt has been seen yet.</p> : null}
      {children}
      <p className="q" style={{ marginTop: '32px', fontSize: '13px' }}>
        {`${totalsText(report)} ${INTERVAL_NOTE}`}
      </p>
    </MailFrame>
  );
}

/** What stands where prompts were left out. */
export function ShortenedNote({ shortened, missing }: { shortened: number; missing: number }): ReactElement | null {
  if (shortened === 0 && missing === 0) return null;
  return (
    <p>
      {`To keep this mail short, the tables of ${shortened} prompts and ${missing} further prompts are only in the stored JSON.`}
    </p>
  );
}

/** The first needs, as many as there is room for. */
function fitting(needs: readonly Need[]): Need[] {
  let left = MAX_NEEDS_BYTES;
  const found = needs.findIndex(({ prompt, need }) => (left -= escapedSize(prompt) + escapedSize(need)) < 0);
  return needs.slice(0, Math.min(MAX_NEEDS, found < 0 ? needs.length : found));
}

/** Bytes of a text in HTML, at most. */
function escapedSize(text: string): number {
  return byteLength(text.replaceAll(/[&<>"']/gu, '&quot;'));
}

interface Need {
  prompt: string;
  need: string;
}

function Needs({ prompts }: { prompts: readonly PromptWeek[] }): ReactElement | null {
  const needs = prompts.flatMap(({ prompt, needs: each }) => each.map((need) => ({ prompt, need })));
  if (needs.length === 0) return null;
  const shown = fitting(needs);
  const left = needs.length - shown.length;
  return (
    <div className="n" style={{ backgroundColor: LIGHT.notice, margin: '16px 0' }}>
      <Heading as="h2">Needs a person</Heading>
      <ul className="u">
        {shown.map(({ prompt, need }, index) => (
          <li key={index}>
            <strong>
              <Name>{prompt}</Name>
            </strong>
            {': '}
            <Name>{fullSentence(need)}</Name>
          </li>
        ))}
        {left > 0 ? <li>{`And ${left} more, in the stored JSON.`}</li> : null}
      </ul>
    </div>
  );
}
