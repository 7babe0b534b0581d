import type { ReactElement } from 'react';
import type { VersionTable as Versions } from '../../core/report/prompt-week';
import { Head, LeftOut, RowHead, ValueCell } from './change-table';

const MAX_VERSIONS = 4;
const MAX_ROWS = 30;

/** Versions of the week side by side. */
export function VersionTable({ table }: { table: Versions }): ReactElement | null {
  const { versions, rows } = table;
  if (versions.length === 0) return null;
  if (versions.length === 1) return <p>{`All generations were of version ${versions[0]}.`}</p>;
  const shown = mostSeen(table);
  const width = `${Math.floor(73 / shown.length)}%`;
  return (
    <>
      <table className="t" width="100%" cellPadding="4">
        <caption className="q">{"Versions as they were served; a rollout's own judgement is in its history"}</caption>
        <thead>
          <tr>
            <Head width="27%">Measure</Head>
            {shown.map((index) => (
              <Head key={index} width={width}>{`Version ${versions[index]}`}</Head>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, MAX_ROWS).map(({ id, label, unit, values }) => (
            <tr key={id}>
              <RowHead>{label}</RowHead>
              {shown.map((index) => (
                <ValueCell key={index} unit={unit} value={values[index] ?? null} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <LeftOut count={versions.length - shown.length} what="more versions" />
    </>
  );
}

/** Indexes of the versions with the most generations, in the table's order. */
function mostSeen({ versions, rows }: Versions): number[] {
  const volumes = rows.find(({ id }) => id === 'generations')?.values ?? [];
  const volume = (index: number): number => volumes[index]?.value ?? 0;
  const indexes = versions.map((_, index) => index).sort((a, b) => volume(b) - volume(a));
  return indexes.slice(0, MAX_VERSIONS).sort((a, b) => a - b);
}
