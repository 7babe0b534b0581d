/**
 * Whether one of the tags of an `If-None-Match` header is this one, so that nothing has to be sent again. Compared
 * weakly, as RFC 9110, section 13.1.2, asks for: caches on the way may have marked a tag with `W/`.
 * @param ifNoneMatch the header's value; undefined = not sent
 * @param tag the current entity tag, in its quotes
 */
export function isUnchanged(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  const sent = ifNoneMatch.split(',').map((each) => each.trim().replace(/^W\//u, ''));
  return sent.includes(tag) || sent.includes('*');
}
