import type { MailImage } from '../ports';

/** The page of a mail that stands alone: its pictures are in it instead of beside it. */
export function embedImages(html: string, images: readonly MailImage[]): string {
  const byId = new Map(images.map(({ contentId, png }) => [contentId, png]));
  return html.replaceAll(/src="cid:([^"]*)"/gu, (reference, contentId: string) => {
    const png = byId.get(contentId);
    return png === undefined ? reference : `src="data:image/png;base64,${base64(png)}"`;
  });
}

function base64(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}
