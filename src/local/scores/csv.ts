/** A row of a CSV text, and the line it begins on, counted from 1. */
export interface CsvRow {
  line: number;
  cells: string[];
}

/** A cell, in quotation marks or plain, and what ends it (RFC 4180). */
const CELL = /(?:[ \t]*"([^"]*(?:""[^"]*)*)"[ \t]*|((?![ \t]*")[^,\r\n]*))(,|\r?\n|\r|$)/uy;

/**
 * Reads CSV: cells in quotation marks may hold commas, line ends and doubled quotation marks. Empty lines and a byte order
 * mark are passed over.
 * @returns the rows, up to the first that cannot be read; `brokenLine` is its line, null = all could be
 */
export function readCsv(text: string): { rows: CsvRow[]; brokenLine: number | null } {
  const rows: CsvRow[] = [];
  const cell = new RegExp(CELL);
  cell.lastIndex = text.startsWith('\uFEFF') ? 1 : 0;
  let line = 1;
  let row: CsvRow = { line, cells: [] };
  while (cell.lastIndex < text.length) {
    const match = cell.exec(text);
    if (match === null) return { rows, brokenLine: row.line };
    const [all, quoted, plain = '', end] = match;
    row.cells.push(quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"'));
    line += all.split(/\r\n|\r|\n/u).length - 1;
    if (end === ',') continue;
    if (row.cells.length > 1 || row.cells[0] !== '') rows.push(row);
    row = { line, cells: [] };
  }
  if (row.cells.length > 0) rows.push({ ...row, cells: [...row.cells, ''] });
  return { rows, brokenLine: null };
}
