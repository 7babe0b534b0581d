import type { ReactElement } from 'react';
import { confidence } from '../../core/comparison/render-text';
import type { ComparisonView } from '../../core/comparison/view';
import { fullSentence } from '../../core/report/sentence';
import { ArmTable } from './arm-table';
import { Name } from './name';

/** A prompt's comparison in the weekly report: how it stands or ended, and its arms. */
export function ComparisonSection({ view }: { view: ComparisonView | null }): ReactElement | null {
  if (view === null) return null;
  return (
    <>
      <p>
        <span className="q">{'Comparison: '}</span>
        <Name>{fullSentence(view.sentence)}</Name>
        <span className="q">{` All intervals hold together, at every look, with ${confidence(view)} % confidence.`}</span>
      </p>
      <ArmTable view={view} />
      {view.arms.map(({ name, dropped }) =>
        dropped === null ? null : (
          <p key={name} className="b">
            <Name>{`${name} was taken out: ${fullSentence(dropped)}`}</Name>
          </p>
        ),
      )}
    </>
  );
}
