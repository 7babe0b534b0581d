import { pngDrawer } from '../../../src/adapters/mail/draw-png';
import { installedAssets } from '../../../src/adapters/mail/installed-assets';
import { sizeOfPng } from './png-size';

const svg = (text: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="200" height="30" font-family="Inter"><text x="5" y="20">${text}</text></svg>`;

test('text is drawn: another text is another picture, and every character of a figure is in the font', async () => {
  const draw = await pngDrawer(installedAssets);
  const [nothing, four, five] = [svg(''), svg('4'), svg('5')].map(draw);
  expect(sizeOfPng(nothing!)).toEqual({ width: 400, height: 60 });
  expect(Buffer.from(four!).equals(nothing!)).toBe(false);
  expect(Buffer.from(four!).equals(five!)).toBe(false);
  const missing = Buffer.from(draw(svg('漢')));
  for (const character of '0123456789.,-+%$ms W nonealwyto') {
    if (character !== ' ')
      expect([character, Buffer.from(draw(svg(character))).equals(missing)]).toEqual([character, false]);
  }
});
