// Query parameters of totals and of what explains them.
import { Type } from 'typebox'
import { Kind, Level } from '../agencies/schemas.ts'
import { AgencyCode } from '../http/parameters.ts'

export const MeasureId = Type.String({ maxLength: 200 })
/** Ids separated by commas. */
export const MeasureList = Type.String({ maxLength: 4000 })

export const Under = {
  ...AgencyCode,
  description: 'This agency and all below it, in the tree of each year; without it all agencies.',
  examples: undefined
}

/** Which filers and reports count. */
export const FilterQuery = {
  level: Type.Optional({ ...Level, description: 'Only filers of this level.' }),
  kind: Type.Optional({ ...Kind, description: 'Only filers of this kind.' }),
  form: Type.Optional(
    Type.String({
      maxLength: 32,
      description: 'Only reports in this form; then nothing is known of what is expected.'
    })
  ),
  as_of: Type.Optional(
    Type.String({
      maxLength: 50,
      description:
        'As of this moment (RFC 3339): what was public then, in the tree as it was recorded then. The same question about the past has the same answer for ever.'
    })
  )
}

export const CSV = 'text/csv; charset=utf-8'
