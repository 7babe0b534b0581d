import type { ReactElement } from 'react';
import type { ArmView, ComparisonView } from '../../core/comparison/view';
import { wordValue } from '../../core/report/wording';
import { Head, RowHead } from './change-table';
import { figures, Name } from './name';

/** Every arm of a comparison against its control. */
export function ArmTable({ view }: { view: ComparisonView }): ReactElement {
  return (
    <table className="t" width="100%" cellPadding="4">
      <caption>
        <span className="q">Every variant, by </span>
        <Name>{view.metric}</Name>
      </caption>
      <thead>
        <tr>
          <Head width="30%">Variant</Head>
          <Head width="17%">Units</Head>
          <Head width="17%">Mean</Head>
          <Head width="36%">Difference (interval)</Head>
        </tr>
      </thead>
      <tbody>
        {view.arms.map((arm) => (
          <tr key={arm.name}>
            <RowHead>{`${arm.name} (version ${arm.version}, ${arm.percent} %)`}</RowHead>
            <td>{wordValue('count', arm.units)}</td>
            <td>{arm.mean === '' ? 'none' : figures(arm.mean)}</td>
            <DifferenceCell arm={arm} />
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function DifferenceCell({ arm }: { arm: ArmView }): ReactElement {
  const mark = arm.isWinner ? (
    <strong className="g">winner</strong>
  ) : arm.dropped === null ? null : (
    <strong className="b">taken out</strong>
  );
  const text = arm.isControl ? 'the control' : arm.difference === '' ? 'no data' : figures(arm.difference);
  return (
    <td>
      {mark}
      {mark === null ? null : <br />}
      {text}
    </td>
  );
}
