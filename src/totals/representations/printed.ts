// The sums of a year, printed as the statutory form (汇总表).
import { type Kysely, sql } from 'kysely'
import type { Database } from '../../database/types.ts'
import { emptyContent, setFigure } from '../../form/content.ts'
import type { Form } from '../../form/form.ts'
import type { Quantity } from '../../form/rates/rates.ts'
import { Forms } from '../../forms/forms.ts'
import { valueLabel } from '../../outputs/labels.ts'
import { printReport } from '../../outputs/printed/print-report.ts'
import { writeDocument } from '../../outputs/write-document.ts'
import { agenciesOf, type Filers, nameOf, withFilers } from '../filers.ts'
import { refuseUnknown } from '../refuse-nothing.ts'
import type { Group } from '../schemas.ts'
import type { Scope } from '../scope.ts'
import { readSnapshot } from '../snapshot.ts'
import { isListed, totalsOf } from '../totals.ts'
import { nameOfScope } from './formats.ts'

/** Number of missing agencies that the head names. */
const MAX_NAMED = 30

/** What is asked for: `measures` has all cells of the form, `scope` one year and no keys. */
interface Question {
  scope: Scope
  measures: Quantity[]
  /** A settled moment; undefined for today. */
  moment: string | undefined
}

/**
 * Writes the sums, with their coverage and the agencies whose reports are missing, all of one snapshot. Throws
 * `agency-unknown`.
 */
export async function printSums (
  db: Kysely<Database>,
  forms: Forms,
  format: 'html' | 'docx',
  { scope, measures, moment }: Question
): Promise<string | Buffer> {
  const form = forms.get(scope.form!)
  const { under, level, kind } = scope
  const filers: Filers = { year: scope.years!.first, under, level, kind, moment }
  const { group, coverage, missing } = await readSnapshot(db, async trx => {
    const { totals: [group] } = await totalsOf(trx, forms, measures, scope, moment)
    // A missing report has no form.
    const { totals: [whole] } = await totalsOf(trx, forms, measures.slice(0, 1), { ...scope, form: undefined }, moment)
    if (!isListed(whole!)) await refuseUnknown(trx, under, moment)
    return { group: group!, coverage: whole!.coverage, missing: await findMissing(trx, filers) }
  })
  const content = emptyContent(form)
  for (const cell of form.cells) {
    const value = group.values[cell.id] ?? null
    setFigure(content, cell, value === null ? null : Math.round(value * cell.scale))
  }
  const name = await nameOfScope(db, scope, moment !== undefined)
  const title = `${name}${filers.year}年政府信息公开工作年度报告（汇总表）`
  const notes = [
    ...filterNote(filers),
    coverageNote(form, group.coverage.included, coverage),
    ...missingNote(missing, coverage.missing ?? 0)
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

/** The names of the first agencies without a report. */
async function findMissing (db: Kysely<Database>, filers: Filers): Promise<string[]> {
  const { select } = agenciesOf(filers, [1])
  const { rows } = await sql<{ name: string }>`
    with recursive ${withFilers(filers)}
    select ${nameOf(filers, 'a')} as name from (${select}) as a
    where a.reporting = 'own' and a.version is null order by a.agency limit ${MAX_NAMED}`.execute(db)
  return rows.map(({ name }) => name)
}

const missingNote = (names: string[], count: number): string[] =>
  names.length === 0 ? [] : [`缺报：${names.join('、')}${count > names.length ? `等 ${count} 个机关` : ''}。`]
