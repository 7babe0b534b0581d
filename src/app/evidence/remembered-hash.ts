/**
 * A hash that remembers: a unit's rows come close together, and hashing with a key costs more than looking up.
 * @param most texts that are remembered; then all are forgotten
 */
export function rememberedHash(hash: (text: string) => string, most: number): (text: string) => string {
  const known = new Map<string, string>();
  return (text) => {
    let hashed = known.get(text);
    if (hashed === undefined) {
      if (known.size >= most) known.clear();
      known.set(text, (hashed = hash(text)));
    }
    return hashed;
  };
}
