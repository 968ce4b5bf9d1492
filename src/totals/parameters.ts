// Query parameters of totals and of what explains them.
import { Type } from 'typebox'
import { Kind, Level } from '../agencies/schemas.ts'
import { AgencyCode } from '../http/parameters.ts'

export const MeasureId = Type.String({ maxLength: 200 })
/** Ids separated by commas. */
export const MeasureList = Type.String({ maxLength: 4000 })

export const Under = {
  ...AgencyCode,
  description: 'This agency and all below it, in the tree of each year; by default all agencies.',
  examples: undefined
}

/** Which filers and reports count. */
export const FilterQuery = {
  level: Type.Optional({ ...Level, description: 'Only reports of agencies of this level.' }),
  kind: Type.Optional({ ...Kind, description: 'Only reports of agencies of this kind.' }),
  form: Type.Optional(
    Type.String({
      maxLength: 32,
      description: 'Only reports in this form; the number expected is then unknown.'
    })
  ),
  as_of: Type.Optional(
    Type.String({
      maxLength: 50,
      description:
        'As of this moment (RFC 3339): what was public then, in the tree as recorded then. The same query about the past always has the same result.'
    })
  )
}

export const CSV = 'text/csv; charset=utf-8'
