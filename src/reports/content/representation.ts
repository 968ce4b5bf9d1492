import type { Content } from '../../form/content.ts'
import type { Form } from '../../form/form.ts'
import { writeContent } from '../../form/write-content.ts'
import { Forms } from '../../forms/forms.ts'
import type { Report } from '../schemas.ts'
import type { StoredReport } from '../stored-report.ts'
import { PUBLIC_VISIBILITY, type Visibility } from '../visibility.ts'
import { transitionsFrom } from '../workflow/transitions.ts'
import { diffContent } from './changes.ts'

/**
 * Formats a report as the response body. A version as published is the same for every caller and allows no transition.
 */
export const writeReport = (forms: Forms, report: StoredReport, visibility = PUBLIC_VISIBILITY): Report => ({
  ...reportHead(report, visibility),
  ...writeContent(forms.get(report.form), report.content)
})

/** Returns canonical JSON: the same report gives the same text, in whatever order its content was sent or stored. */
export const reportText = (forms: Forms, report: StoredReport, visibility = PUBLIC_VISIBILITY): string =>
  reportTexts(forms, report, [visibility])[0]!

/** Returns the JSON for each visibility. Its head alone depends on that. */
export function reportTexts (forms: Forms, report: StoredReport, visibilities: Visibility[]): string[] {
  const content = JSON.stringify(writeContent(forms.get(report.form), report.content)).slice(1)
  return visibilities.map(visibility => `${JSON.stringify(reportHead(report, visibility)).slice(0, -1)},${content}`)
}

/** Returns whether the stored content is the same. */
export const hasSameContent = (report: StoredReport, form: Form, content: Content): boolean =>
  report.form === form.id &&
  Object.keys(diffContent({ form, content: report.content }, { form, content })).length === 0

function reportHead (report: StoredReport, visibility: Visibility) {
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
    allowed_transitions: transitionsFrom(status).filter(move => visibility.transitions.includes(move))
  }
}
