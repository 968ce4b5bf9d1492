// From rounds of measurements to a table.

/** One line: the medians of the rounds, and of the ratios to the bases in the same round. */
export function row (name, rounds, bases, label = name) {
  const of = Object.fromEntries(
    Object.entries(bases).filter(([, base]) => base !== name)
      .map(([key, base]) => [key, median(rounds.map(round => round[name].rate / round[base].rate))])
  )
  return {
    name: label,
    ...Object.fromEntries(
      Object.keys(rounds[0][name]).map(key => [key, median(rounds.map(round => round[name][key]))])
    ),
    of
  }
}

export function percentiles (times) {
  const sorted = times.toSorted((a, b) => a - b)
  const at = share => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
  return { p50: at(0.5), p99: at(0.99) }
}

function median (numbers) {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  return Number.isInteger(middle) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[Math.floor(middle)]
}

export function print (rows) {
  const header = ['', 'per second', 'p50 ms', 'p99 ms', 'server µs', 'of bare', 'of select 1', 'of SQL']
  const show = (number, digits) => number === undefined ? '' : number.toFixed(digits)
  const lines = [
    header,
    ...rows.map((
      { name, rate, p50, p99, cpu, of }
    ) => [
      name,
      show(rate, rate < 100 ? 1 : 0),
      show(p50, 2),
      show(p99, 2),
      show(cpu, 0),
      show(of.bare, 2),
      show(of.select_1, 2),
      show(of.sql, 2)
    ])
  ]
  const widths = header.map((_, i) => Math.max(...lines.map(line => line[i].length)))
  for (const line of lines) {
    console.log(
      line.map((field, i) => i === 0 ? field.padEnd(widths[i]) : field.padStart(widths[i])).join('  ').trimEnd()
    )
  }
}

/** To four digits: the others are noise. */
export const rounded = measured =>
  JSON.parse(JSON.stringify(measured, (_, value) => typeof value === 'number' ? Number(value.toPrecision(4)) : value))
