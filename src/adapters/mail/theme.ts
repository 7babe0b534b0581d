/** Colours of a mail in one colour scheme. Every one but `page`, `rule` and `notice` is text on `page` or on `notice`. */
export interface Scheme {
  page: string;
  ink: string;
  quiet: string;
  good: string;
  bad: string;
  rule: string;
  /** Ground of what waits for a person. */
  notice: string;
}

/** A test checks that text keeps a contrast of 4.5:1 in both. */
export const LIGHT: Scheme = {
  page: '#ffffff',
  ink: '#16181d',
  quiet: '#545c69',
  good: '#0b6b2e',
  bad: '#b3261e',
  rule: '#c9cfd8',
  notice: '#fff3e0',
};

export const DARK: Scheme = {
  page: '#15181d',
  ink: '#e8eaed',
  quiet: '#a8b0bc',
  good: '#7ddc9a',
  bad: '#ffb4ab',
  rule: '#3a414c',
  notice: '#3a2b14',
};

export const FONT = 'Inter,-apple-system,"Segoe UI",Helvetica,Arial,sans-serif';

/**
 * The style sheet. Class names are one letter long because they come hundreds of times and mail programs cut a mail off by its
 * size. A program that drops the sheet shows the same mail, plainer.
 *
 * m page, q quiet, g good, b bad, n notice, t table, c chart, i picture, u list
 */
export const STYLE_SHEET = [
  ':root{color-scheme:light dark;supported-color-schemes:light dark}',
  'body{margin:0;-webkit-text-size-adjust:100%}',
  'h1{font-size:24px;line-height:1.25;margin:0 0 8px}',
  'h2{font-size:19px;line-height:1.3;margin:36px 0 6px;overflow-wrap:anywhere}',
  'p{margin:0 0 8px;overflow-wrap:anywhere}',
  '.u{margin:0 0 8px;padding-left:20px}',
  '.u li{margin:0 0 4px;overflow-wrap:anywhere}',
  '.n{padding:12px 16px;border-radius:6px}',
  '.n h2{margin:0 0 6px}',
  '.t{width:100%;table-layout:fixed;border-collapse:collapse;font-size:14px;line-height:1.4;margin:8px 0 12px}',
  '.t caption{text-align:left;padding:0 0 4px}',
  '.t th,.t td{text-align:left;vertical-align:top;padding:6px 8px 6px 0;font-weight:400;overflow-wrap:anywhere}',
  '.t thead th{font-weight:600}',
  '.t small,.c small{display:block;font-size:12px}',
  '.c{display:inline-block;width:100%;max-width:312px;vertical-align:top;margin:4px 8px 8px 0}',
  '.i{width:100%;max-width:312px;height:auto}',
  schemeRules(LIGHT, ''),
  '@media (max-width:480px){.t{font-size:13px}.t th,.t td{padding-right:5px}}',
  `@media (prefers-color-scheme:dark){${schemeRules(DARK, '')}}`,
  schemeRules(DARK, '[data-ogsc] '),
].join('\n');

/** @param within `[data-ogsc] ` is how Outlook's apps mark their dark scheme */
function schemeRules({ page, ink, quiet, good, bad, rule, notice }: Scheme, within: string): string {
  return [
    `${within}.m{background:${page}!important;color:${ink}!important}`,
    `${within}.q{color:${quiet}!important}`,
    `${within}.g{color:${good}!important}`,
    `${within}.b{color:${bad}!important}`,
    `${within}.n{background:${notice}!important}`,
    `${within}.t th,${within}.t td{border-bottom:1px solid ${rule}}`,
  ].join('');
}
