/** Index of the reports in a file and their lines. Takes a few bytes per report, because a file may hold a million. */
export class DuplicateIndex {
  readonly #agencies = new Map<string, number>()
  /** By year: the line of each agency, indexed by its number in `#agencies`; 0 for none. */
  readonly #lines = new Map<number, Uint32Array>()

  /** Records a report. Returns the line on which it was seen before; undefined the first time. */
  see (agency: string, year: number, line: number): number | undefined {
    let number = this.#agencies.get(agency)
    // A substring would keep the whole line in memory, so it is copied.
    if (number === undefined) this.#agencies.set(Buffer.from(agency).toString(), number = this.#agencies.size)
    let lines = this.#lines.get(year)
    if (lines === undefined || lines.length <= number) {
      const longer = new Uint32Array(Math.max(1024, 2 ** Math.ceil(Math.log2(number + 1))))
      longer.set(lines ?? [])
      this.#lines.set(year, lines = longer)
    }
    const before = lines[number]
    if (before === 0) lines[number] = line
    return before === 0 ? undefined : before
  }
}
