import { distance } from 'fastest-levenshtein'

/** Returns the nearest of the names, if it is near enough to be a typing error. */
export function suggestName (found: string, among: readonly string[]): string | undefined {
  if (among.includes(found)) return undefined
  const lower = found.slice(0, 100).toLowerCase()
  const near = among.map(name => ({ name, far: distance(lower, name.toLowerCase()) })).sort((a, b) => a.far - b.far)[0]
  return near !== undefined && near.far <= Math.max(2, Math.floor(near.name.length / 3)) ? near.name : undefined
}
