import { contentText } from '../form/content-json.ts'
import type { Content } from '../form/content.ts'
import type { Form } from '../form/form.ts'
import { writeContent } from '../form/write-content.ts'
import { Forms } from '../forms/forms.ts'
import type { Report } from './schemas.ts'
import type { StoredReport } from './stored-report.ts'
import { type Caller, PUBLIC } from './visibility.ts'
import { movesFrom } from './workflow/transitions.ts'

/** A version as it was published is the same for every caller, and allows no move. */
export const writeReport = (forms: Forms, report: StoredReport, caller = PUBLIC): Report => ({
  ...aboutReport(report, caller),
  ...writeContent(forms.get(report.form), report.content)
})

/** The same as JSON. */
export const reportText = (forms: Forms, report: StoredReport, caller = PUBLIC): string =>
  `${JSON.stringify(aboutReport(report, caller)).slice(0, -1)},${
    contentText(forms.get(report.form), report.content).slice(1)
  }`

/** The report says this already. */
export const holds = (forms: Forms, report: StoredReport, form: Form, content: Content): boolean =>
  report.form === form.id && contentText(forms.get(report.form), report.content) === contentText(form, content)

function aboutReport (report: StoredReport, caller: Caller) {
  const { agency, year, form, status, version, revision } = report
  const remarks = report.remarks && Object.fromEntries(Object.entries(report.remarks).sort())
  const when = Object.fromEntries(
    (['published_at', 'amendment_reason', 'reason'] as const).map(name => [name, report[name]]).filter(([, value]) =>
      value !== null
    )
  )
  return {
    agency,
    year,
    form,
    status,
    version,
    revision,
    ...when,
    ...(remarks === null ? {} : { remarks }),
    allowed_transitions: movesFrom(status).filter(move => caller.moves.includes(move))
  }
}
