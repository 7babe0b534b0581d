/** Texts that somebody may write into a name, a comment or a category. */
export const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='x",
  '</bdi></p></table>',
  '&lt;b&gt; &amp;',
  'שלום עולם',
  'مرحبا <b>x</b>',
  '👩🏽‍🚀🎉',
  '\u202egnp.exe',
  'two\nlines\r\n== fake prompt ==',
  '\u0000\u0007',
  '\ud800',
] as const;
