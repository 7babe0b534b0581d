import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { DrawingAssets } from './draw-png';
import { DRAWING_FILES } from '../../core/config/drawing-files';

/** What charts are drawn with, from the packages that are installed beside this code. */
export async function installedAssets(): Promise<DrawingAssets> {
  const { resolve } = createRequire(__filename);
  const [wasm, font] = await Promise.all(
    [DRAWING_FILES.wasm, DRAWING_FILES.font].map((file) => readFile(resolve(file))),
  );
  return { wasm: wasm!, font: font! };
}
