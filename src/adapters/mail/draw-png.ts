import { initWasm, Resvg } from '@resvg/resvg-wasm';

/** What drawing needs: the compiled renderer and the one font, as the bytes of their files. */
export interface DrawingAssets {
  wasm: Uint8Array;
  /** Inter, WOFF2. Without a font the renderer leaves text out and says nothing. */
  font: Uint8Array;
}

/** Pictures have twice the pixels of their size, for screens that have them too. */
const ZOOM = 2;

/** The renderer is one per process: it cannot be loaded a second time. */
let loading: Promise<void> | null = null;

/** Makes a function that draws SVG documents as PNG files. @param read called once per process, before the first drawing */
export async function pngDrawer(read: () => Promise<DrawingAssets>): Promise<(svg: string) => Uint8Array> {
  const { wasm, font } = await read();
  await (loading ??= initWasm(wasm));
  return (svg) => {
    const drawing = new Resvg(svg, {
      fitTo: { mode: 'zoom', value: ZOOM },
      font: { fontBuffers: [font], defaultFontFamily: 'Inter' },
    });
    const image = drawing.render();
    try {
      return image.asPng();
    } finally {
      image.free();
      drawing.free();
    }
  };
}
