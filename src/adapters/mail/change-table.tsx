import type { ReactElement } from 'react';
import { basisText, differenceText } from '../../core/report/change-words';
import { meaningOf, type Change, type Meaning, type Value } from '../../core/report/change';
import type { Unit } from '../../core/report/measure';
import { wordValue } from '../../core/report/wording';
import { figures, Name } from './name';

const MAX_ROWS = 30;

/** What a clear change is called and how it is coloured; the others say nothing. */
const MARKS: Partial<Record<Meaning, { word: string; className?: string }>> = {
  better: { word: 'better', className: 'g' },
  worse: { word: 'worse', className: 'b' },
  higher: { word: 'higher' },
  lower: { word: 'lower' },
};

/** Each measure of the week beside the week before. */
export function ChangeTable({ prompt, changes }: { prompt: string; changes: readonly Change[] }): ReactElement | null {
  if (changes.length === 0) return null;
  return (
    <>
      <table className="t" width="100%" cellPadding="4">
        <caption>
          <span className="q">This week against the week before: </span>
          <Name>{prompt}</Name>
        </caption>
        <thead>
          <tr>
            <Head width="27%">Measure</Head>
            <Head width="21%">This week</Head>
            <Head width="21%">Week before</Head>
            <Head width="31%">Difference (95 % interval)</Head>
          </tr>
        </thead>
        <tbody>
          {changes.slice(0, MAX_ROWS).map((change) => (
            <tr key={change.id}>
              <RowHead>{change.label}</RowHead>
              <ValueCell unit={change.unit} value={change.now} />
              <ValueCell unit={change.unit} value={change.before} />
              <DifferenceCell change={change} />
            </tr>
          ))}
        </tbody>
      </table>
      <LeftOut count={changes.length - MAX_ROWS} what="more lines" />
    </>
  );
}

function DifferenceCell({ change }: { change: Change }): ReactElement {
  const mark = MARKS[meaningOf(change)];
  const text = figures(differenceText(change));
  if (mark === undefined) return <td>{text}</td>;
  return (
    <td>
      <strong className={mark.className}>{mark.word}</strong>
      <br />
      {text}
    </td>
  );
}

/** A heading of a column. */
export function Head({ width, children }: { width: string; children: string }): ReactElement {
  return (
    <th scope="col" align="left" style={{ width }}>
      {children}
    </th>
  );
}

/** What a row is of. */
export function RowHead({ children }: { children: string }): ReactElement {
  return (
    <th scope="row" align="left">
      <Name>{children}</Name>
    </th>
  );
}

/** A value over what it was computed from. */
export function ValueCell({ unit, value }: { unit: Unit; value: Value | null }): ReactElement {
  if (value === null) return <td className="q">none</td>;
  const basis = basisText(unit, value);
  return (
    <td>
      {figures(wordValue(unit, value.value))}
      {basis === '' ? null : <small className="q">{figures(basis)}</small>}
    </td>
  );
}

/** Says what a list leaves out; nothing when it leaves out nothing. */
export function LeftOut({ count, what }: { count: number; what: string }): ReactElement | null {
  return count <= 0 ? null : <p className="q">{`${count} ${what} in the stored JSON.`}</p>;
}
