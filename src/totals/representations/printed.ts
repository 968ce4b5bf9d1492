// The sums of a year, printed as the statutory form (汇总表).
import { type Kysely, sql } from 'kysely'
import type { Database } from '../../database/types.ts'
import { emptyContent, setFigure } from '../../form/content.ts'
import type { Form } from '../../form/form.ts'
import { valueLabel } from '../../outputs/labels.ts'
import { printReport } from '../../outputs/printed/print-report.ts'
import { writeDocument } from '../../outputs/write-document.ts'
import { agenciesOf, type Filers, nameOf, withFilers } from '../filers.ts'
import type { Group } from '../schemas.ts'

/** Number of missing agencies that the head names. */
const MAX_NAMED = 30

interface Sums {
  form: Form
  /** The name of the agency whose sums they are; '' for the whole registry. */
  name: string
  filers: Filers
  /** The only group of the totals in this form. */
  group: Group
  /** Of the totals in any form. */
  coverage: Group['coverage']
}

/** Writes the sums, with their coverage and the agencies whose reports are missing. */
export async function printSums (
  db: Kysely<Database>,
  format: 'html' | 'docx',
  { form, name, filers, group, coverage }: Sums
): Promise<string | Buffer> {
  const content = emptyContent(form)
  for (const cell of form.cells) {
    const value = group.values[cell.id] ?? null
    setFigure(content, cell, value === null ? null : Math.round(value * cell.scale))
  }
  const title = `${name}${filers.year}年政府信息公开工作年度报告（汇总表）`
  const notes = [
    ...filterNote(filers),
    coverageNote(form, group.coverage.included, coverage),
    ...await missingNote(db, filers, coverage.missing ?? 0)
  ]
  const printed = printReport(form, content, { title, notes, allRows: true })
  // Texts have no sum.
  return await writeDocument(format, { ...printed, sections: printed.sections.filter(({ grids }) => grids.length > 0) })
}

function filterNote ({ level, kind }: Filers): string[] {
  const names = Object.entries({ level, kind }).flatMap(([name, value]) =>
    value === undefined ? [] : [valueLabel(name, value, 'zh')]
  )
  return names.length === 0 ? [] : [`范围：${names.join('、')}。`]
}

function coverageNote (form: Form, inForm: number, { expected, included, missing }: Group['coverage']): string {
  const others = included - inForm
  return `应报机关 ${expected} 个，已计入报告 ${inForm} 份，缺报 ${missing} 个${
    others > 0 ? `；另有 ${others} 份报告不属于 ${form.id} 版格式，未计入` : ''
  }。汇总表只含各机关本级报告的现行公开版本，空白不作为 0 计入。`
}

async function missingNote (db: Kysely<Database>, filers: Filers, missing: number): Promise<string[]> {
  if (missing === 0) return []
  const { form: _, ...all } = filers
  const { select } = agenciesOf(all, [1])
  const { rows } = await sql<{ name: string }>`
    with recursive ${withFilers(all)}
    select ${nameOf(all, 'a')} as name from (${select}) as a
    where a.reporting = 'own' and a.version is null order by a.agency limit ${MAX_NAMED}`.execute(db)
  const rest = missing - rows.length
  return [`缺报：${rows.map(({ name }) => name).join('、')}${rest > 0 ? `等 ${missing} 个机关` : ''}。`]
}
