import { Type } from 'typebox'
import { LINES, LINES_NOT_BLANK } from '../../http/schemas.ts'
import { closed, readByForm } from '../content/schemas.ts'
import { MAX_REASON_LENGTH, MAX_REMARK_LENGTH } from './return-reason.ts'

export const Nothing = Type.Object({}, {
  $id: 'Nothing',
  ...closed,
  description: 'An empty object, or no body at all.',
  examples: [{}]
})

export const why = (description: string) =>
  Type.String({ minLength: 1, maxLength: MAX_REASON_LENGTH, pattern: LINES_NOT_BLANK, description })
const MAX_REMARKS = 2000
const Remark = Type.String({
  minLength: 1,
  maxLength: MAX_REMARK_LENGTH,
  pattern: LINES,
  description: 'What is to be corrected there.'
})
export const ReturnReason = Type.Object({
  reason: { ...why('Why it is returned'), ...readByForm },
  remarks: Type.Optional(
    Type.Unsafe<unknown>({
      ...readByForm,
      description: 'What is to be corrected in single cells: an object by cell id, or an array of `{cell, remark}`.',
      anyOf: [
        Type.Record(Type.String(), Remark),
        Type.Array(Type.Object({ cell: Type.String({ description: 'Its id.' }), remark: Remark }, closed), {
          maxItems: MAX_REMARKS
        })
      ]
    })
  )
}, {
  $id: 'ReturnReason',
  ...closed,
  description: 'What the agency is to correct.',
  examples: [{ reason: '请核对第三部分', remarks: { 'requests.granted.total': '与附表不一致' } }]
})
export const AmendmentReason = Type.Object({ reason: why('Why it is amended') }, {
  $id: 'AmendmentReason',
  ...closed,
  description: 'Kept with the new version, for everyone to read.',
  examples: [{ reason: '数据更正' }]
})
export const WithdrawalReason = Type.Object({ reason: why('Why it is withdrawn') }, {
  $id: 'WithdrawalReason',
  ...closed,
  description: 'For everyone to read.',
  examples: [{ reason: '机构撤销' }]
})
