// Reports of the nation, made ahead of time: to make each anew would cost more than to read it. A few hundred of each form
// and size, drawn at random for each agency and year, the same in each run.
import { randomOf, reportOf } from '../data.mjs'

export const YEARS = [2019, 2020, 2021, 2022, 2023, 2024, 2025]
const OF_EACH = 300
/** The share of figures that are 0, and the largest of the others. */
const SIZES = {
  province: { zero: 0.5, largest: 4000 },
  prefecture: { zero: 0.6, largest: 600 },
  county: { zero: 0.75, largest: 60 },
  township: { zero: 0.93, largest: 8 }
}

/** Gives `draw(agency, year)`: a report as { form, vector, tail }: `tail` is its NDJSON after agency and year. */
export function reportPool (forms) {
  const random = randomOf(2026)
  const pool = new Map()
  for (const form of forms.all) {
    for (const [level, size] of Object.entries(SIZES)) {
      pool.set(`${form.id} ${level}`, Array.from({ length: OF_EACH }, () => {
        const { sections, tables } = reportOf(form, '', 0, random, size)
        return {
          form: form.id,
          vector: vectorOf(form, tables),
          tail: Buffer.from(`,${JSON.stringify({ sections, tables }).slice(1)}\n`)
        }
      }))
    }
  }
  const formOf = Object.fromEntries(YEARS.map(year => [year, forms.choose(year).id]))
  return {
    draw (agency, year) {
      return pool.get(`${formOf[year]} ${agency.level}`)[hash(`${agency.code} ${year}`) % OF_EACH]
    }
  }
}

/** As PostgreSQL writes an array. */
const vectorOf = (form, tables) => `{${form.cells.map(cell => Math.round(tables[cell.table][cell.row][cell.column] * cell.scale)).join()}}`

/** FNV-1a, so that a report depends on nothing but its agency and year. */
function hash (text) {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  return (h ^ (h >>> 15)) >>> 0
}
