import { Heading, Img } from '@react-email/components';
import type { ReactElement } from 'react';
import { describeReading } from '../../core/report/change-words';
import { harmless } from '../../core/report/plain-text';
import type { PromptWeek } from '../../core/report/prompt-week';
import { fullSentence } from '../../core/report/sentence';
import type { Trend } from '../../core/report/trend';
import { healthOf } from '../../core/report/health-words';
import { CHART, trendText } from '../../core/report/trend-chart';
import { ChangeTable, LeftOut } from './change-table';
import { ComparisonSection } from './comparison-section';
import { Name } from './name';
import { VersionTable } from './version-table';

const MAX_EVENTS = 20;
const MAX_CHARTS = 4;

/** A trend with the name of its picture. */
export interface Chart {
  contentId: string;
  trend: Trend;
}

/** The charts of a prompt's section. @param index of the prompt in the mail */
export function chartsOf({ trends }: PromptWeek, index: number): Chart[] {
  return trends.slice(0, MAX_CHARTS).map((trend, i) => ({ contentId: `prompt-${index}-chart-${i}@rampart`, trend }));
}

export interface SectionProps {
  week: PromptWeek;
  charts: readonly Chart[];
  trendWeeks: readonly string[];
  /** Writes an instant in the report's zone. */
  when: (atMs: number) => string;
}

/** A prompt's part of the mail: sentence, state, numbers, charts, versions, events. */
export function PromptSection({ week, charts, trendWeeks, when }: SectionProps): ReactElement {
  const reading = describeReading(week, when);
  return (
    <>
      <Heading as="h2">
        <Name>{week.prompt}</Name>
      </Heading>
      <p>
        <Name>{week.sentence}</Name>
      </p>
      <p>
        <span className="q">Now: </span>
        <Name>{fullSentence(week.state)}</Name>
      </p>
      {reading === '' ? null : (
        <p>
          <strong>{reading}</strong>
        </p>
      )}
      {charts.map(({ contentId, trend }) => (
        <ChartImage key={contentId} contentId={contentId} trend={trend} weeks={trendWeeks} />
      ))}
      <ChangeTable prompt={week.prompt} changes={week.changes} />
      <ComparisonSection view={week.comparison} />
      <VersionTable table={week.versions} />
      <Events week={week} when={when} />
      <DataNotes week={week} />
    </>
  );
}

/** A prompt's part where there is no room for more. */
export function PromptLine({ week }: { week: PromptWeek }): ReactElement {
  return (
    <p>
      <strong>
        <Name>{week.prompt}</Name>
      </strong>
      {': '}
      <Name>{week.sentence}</Name>
    </p>
  );
}

function ChartImage({ contentId, trend, weeks }: Chart & { weeks: readonly string[] }): ReactElement {
  return (
    <div className="c">
      <small className="q">
        <Name>{trend.label}</Name>
      </small>
      <Img className="i" src={`cid:${contentId}`} alt={harmless(trendText(trend, weeks))} {...CHART} />
    </div>
  );
}

function Events({ week: { events }, when }: Pick<SectionProps, 'week' | 'when'>): ReactElement | null {
  if (events.length === 0) return null;
  return (
    <>
      <LeftOut count={events.length - MAX_EVENTS} what="earlier events" />
      <ul className="u">
        {events.slice(-MAX_EVENTS).map(({ atMs, text }, index) => (
          <li key={index}>
            <span className="q">{`${when(atMs)}: `}</span>
            <Name>{fullSentence(text)}</Name>
          </li>
        ))}
      </ul>
    </>
  );
}

function DataNotes({ week }: { week: PromptWeek }): ReactElement | null {
  const notes = healthOf(week);
  return notes.length === 0 ? null : <p className="q">{`Data: ${notes.join('; ')}.`}</p>;
}
