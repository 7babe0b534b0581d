import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { DrawingAssets } from './draw-png';
import { DRAWING_FILES } from '../../core/config/drawing-files';

/**
 * What charts are drawn with, from copies that lie beside a deployed function's code.
 * @param folder where the code is
 */
export function bundledAssets(folder: string): () => Promise<DrawingAssets> {
  const read = (file: string): Promise<Uint8Array> => readFile(join(folder, basename(file)));
  return async () => {
    const [wasm, font] = await Promise.all([read(DRAWING_FILES.wasm), read(DRAWING_FILES.font)]);
    return { wasm, font };
  };
}
