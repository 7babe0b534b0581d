/** Width and height in pixels, from the header of a PNG file. */
export function sizeOfPng(png: Uint8Array): { width: number; height: number } {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  if (view.getUint32(0) !== 0x89504e47) throw new Error('not a PNG file');
  return { width: view.getUint32(16), height: view.getUint32(20) };
}
