// Compares two versions of a report: cells, texts and outcomes of the checks.
import type { Outcome } from '../../form/assess-check.ts'
import { runChecks } from '../../form/checks.ts'
import { writeFigure } from '../../form/figures.ts'
import type { Cell, Form } from '../../form/form.ts'
import { Forms } from '../../forms/forms.ts'
import type { StoredReport } from '../stored-report.ts'
import type { Difference } from './schemas.ts'

type Side = NonNullable<Difference['cells'][number]['before']>

export function differenceOf (forms: Forms, from: StoredReport, to: StoredReport): Difference {
  const [before, after] = [forms.get(from.form), forms.get(to.form)]
  const cells = inBoth(before.cells, after.cells, cell => cell.id).map(([id, old, now]) => {
    const { label, unit } = (now ?? old)!
    return {
      cell: id,
      label,
      unit,
      before: old === undefined ? null : sideOf(from, old),
      after: now === undefined ? null : sideOf(to, now)
    }
  })
  const sections = inBoth(textsOf(before), textsOf(after), section => section.id).map(([id, old, now]) => ({
    section: id,
    label: (now ?? old)!.label,
    before: from.content.sections[id] ?? null,
    after: to.content.sections[id] ?? null
  }))
  const [was, is] = [outcomesOf(before, from), outcomesOf(after, to)]
  const checks = inBoth(before.checks, after.checks, check => check.id).map(([id, old, now]) => {
    const { severity, zh, en } = (now ?? old)!
    return {
      check: id,
      severity,
      label: { zh, en },
      before: old === undefined ? null : was(id),
      after: now === undefined ? null : is(id)
    }
  })
  const explanations = inBoth(checksOf(before), checksOf(after), check => check.id).map(([id, old, now]) => {
    const { zh, en } = (now ?? old)!
    return {
      check: id,
      label: { zh, en },
      before: from.content.explanations[id] ?? null,
      after: to.content.explanations[id] ?? null
    }
  })
  const changed = <Row extends { before: unknown, after: unknown }>(rows: Row[]) =>
    rows.filter(row => JSON.stringify(row.before) !== JSON.stringify(row.after))
  return {
    from: { version: from.version!, published_at: from.published_at!, form: from.form },
    to: { version: to.version!, published_at: to.published_at!, form: to.form, amendment_reason: to.amendment_reason },
    cells: changed(cells),
    sections: changed(sections),
    checks: changed(checks),
    explanations: changed(explanations)
  }
}

function sideOf ({ content }: StoredReport, { id, position, scale }: Cell): Side | null {
  const figure = content.figures[position - 1] ?? null
  const note = content.notes[id]
  return figure === null && note === undefined
    ? null
    : { figure: writeFigure(scale, figure), note: note === undefined ? null : { state: note.state, raw: note.raw } }
}

const checksOf = ({ checks, between }: Form) => [...checks, ...between]

const textsOf = ({ definition, sections }: Form) =>
  definition.sections.filter(({ id }) => sections.includes(id)).map(({ id, title_zh: zh, title_en: en }) => ({
    id,
    label: { zh, en }
  }))

function outcomesOf (form: Form, report: StoredReport): (check: string) => Outcome {
  const findings = new Map(runChecks(form, report.content).findings.map(({ check, outcome }) => [check, outcome]))
  return check => findings.get(check) ?? 'pass'
}

/** Pairs the items of both versions by id, those of the later form first. */
function inBoth<Item> (
  before: Item[],
  after: Item[],
  idOf: (item: Item) => string
): [id: string, before: Item | undefined, after: Item | undefined][] {
  const [old, now] = [new Map(before.map(item => [idOf(item), item])), new Map(after.map(item => [idOf(item), item]))]
  return [...new Set([...now.keys(), ...old.keys()])].map(id => [id, old.get(id), now.get(id)])
}
