import { Img } from '@react-email/components';
import type { ReactElement } from 'react';
// The build for Node cannot be bundled as a module: it requires Node's own modules at run time.
import { renderToStaticMarkup } from 'react-dom/server.edge';
import { confidence, headlineOf } from '../../core/comparison/render-text';
import type { ComparisonView } from '../../core/comparison/view';
import type { ComparisonRenderer } from '../../core/ports';
import { timeWriter } from '../../core/report/local-time';
import { harmless } from '../../core/report/plain-text';
import { fullSentence } from '../../core/report/sentence';
import { ArmTable } from './arm-table';
import { pngDrawer, type DrawingAssets } from './draw-png';
import { MailFrame } from './mail-frame';
import { Name } from './name';

const CONTENT_ID = 'differences@rampart';

/**
 * The end of a comparison as a mail that mail programs show alike, in the look of the weekly report: what came of it, every arm, and the
 * course of the differences as a picture.
 * @param assets reads what charts are drawn with
 */
export function comparisonRenderer(assets: () => Promise<DrawingAssets>): ComparisonRenderer {
  return {
    async render(view, chart, timeZone) {
      const drawPng = await pngDrawer(assets);
      const page = renderToStaticMarkup(<ComparisonPage view={view} timeZone={timeZone} />);
      const html = `<!doctype html>${page.replaceAll(/<link rel="preload" as="image" [^>]*>/gu, '')}`;
      return { html, images: [{ contentId: CONTENT_ID, png: drawPng(chart) }] };
    },
  };
}

function ComparisonPage({ view, timeZone }: { view: ComparisonView; timeZone: string }): ReactElement {
  const when = timeWriter(timeZone);
  const title = `${harmless(view.prompt)}: ${headlineOf(view)}`;
  return (
    <MailFrame title={title} preview={harmless(view.sentence)}>
      <p>
        <strong>
          <Name>{fullSentence(view.sentence)}</Name>
        </strong>
      </p>
      <p>
        Next: <Name>{fullSentence(view.next)}</Name>
      </p>
      <ArmTable view={view} />
      {view.arms.map(({ name, dropped }) =>
        dropped === null ? null : (
          <p key={name} className="b">
            {`${name} was taken out: `}
            <Name>{fullSentence(dropped)}</Name>
          </p>
        ),
      )}
      <Img
        src={`cid:${CONTENT_ID}`}
        alt={describeCourse(view)}
        width="100%"
        style={{ maxWidth: '648px', height: 'auto' }}
      />
      <p className="q" style={{ marginTop: '24px', fontSize: '13px' }}>
        <Name>
          {`From ${when(view.startedAtMs)} to ${when(view.endedAtMs ?? view.untilMs)}, ${timeZone}, started by ${view.startedBy}${view.because === '' ? '' : `: ${view.because}`}. ` +
            `Compared by ${view.metric}; a difference smaller than ${view.margin} does not matter. ` +
            `Users were assigned at random; all intervals hold together, at every look, with ${confidence(view)} % confidence.`}
        </Name>
      </p>
    </MailFrame>
  );
}

/** What the picture shows, for those who do not see it. */
function describeCourse({ arms }: ComparisonView): string {
  const [control, ...variants] = arms;
  const ends = variants.map(({ name, difference }) => `${name} ${difference === '' ? 'without data' : difference}`);
  return `Differences to ${control?.name ?? 'the control'} over time; at the end ${ends.join(', ')}`;
}
